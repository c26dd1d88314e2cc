using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace KohyaPS.Runtime.Packages;

/// <summary>A server that speaks NuGet's protocol, version 3: its index names the address below which the packages lie.</summary>
public sealed class HttpPackageSource : IPackageSource, IDisposable
{
    private const string PackageBase = "PackageBaseAddress/3.0.0";
    private const int MaxIndexBytes = 4 << 20;

    private readonly HttpClient client;
    private Uri? packages;

    /// <summary>Prepares the client; nothing is sent yet.</summary>
    /// <param name="index">The address of the service index (ends in index.json).</param>
    /// <param name="handler">How to connect: proxy and credentials.</param>
    public HttpPackageSource(Uri index, HttpMessageHandler handler)
    {
        Index = index;
        client = new(handler) { MaxResponseContentBufferSize = MaxIndexBytes };
    }

    /// <summary>The address of the service index.</summary>
    public Uri Index { get; }

    /// <inheritdoc/>
    // Without name and password, should the address carry them.
    public string Name => Index.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);

    /// <inheritdoc/>
    public PackageContent Open(PackageIdentity package, long offset, CancellationToken cancel)
    {
        var (id, version) = (package.Id.ToLowerInvariant(), package.Version.ToLowerInvariant());
        var address = new Uri(packages ??= FindPackages(cancel), $"{id}/{version}/{package.FileName}");
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        if (offset > 0)
            request.Headers.Range = new RangeHeaderValue(offset, null);
        var response = Send(request, cancel);
        try
        {
            if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable && response.Content.Headers.ContentRange?.Length == offset)
                return new(Stream.Null, offset, offset);
            if (response.StatusCode == HttpStatusCode.NotFound)
                throw Failure($"'{Name}' has no {package}. Pass another -Source, or a folder with the packages.");
            if (!response.IsSuccessStatusCode)
                throw Failure($"'{Name}' answered {(int)response.StatusCode} {response.ReasonPhrase} to the question for {package}. Try again later, or pass another -Source.");
            // A server that knows no ranges sends the whole package.
            var start = response.StatusCode == HttpStatusCode.PartialContent ? response.Content.Headers.ContentRange?.From ?? 0 : 0;
            var length = response.Content.Headers.ContentLength
                ?? throw Failure($"'{Name}' does not say how large {package} is; a cut-off download could not be told from a whole one. Pass another -Source.");
            return new(response.Content.ReadAsStream(cancel), start, start + length);
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => client.Dispose();

    private Uri FindPackages(CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Index);
        using var response = Send(request, cancel);
        if (!response.IsSuccessStatusCode)
            throw Failure($"'{Name}' answered {(int)response.StatusCode} {response.ReasonPhrase}. -Source is the address of a NuGet service index, which ends in index.json, or a folder.");
        try
        {
            using var stream = response.Content.ReadAsStream(cancel);
            using var index = JsonDocument.Parse(Bounded(stream));
            foreach (var resource in index.RootElement.GetProperty("resources").EnumerateArray())
            {
                if (resource.GetProperty("@type").GetString() == PackageBase && resource.GetProperty("@id").GetString() is { } address)
                    return new(address.EndsWith('/') ? address : address + "/");
            }
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or UriFormatException)
        {
            throw Failure($"'{Name}' is not the service index of a NuGet source (version 3).", e);
        }
        throw Failure($"The NuGet source '{Name}' offers no packages ({PackageBase}).");
    }

    private static byte[] Bounded(Stream stream)
    {
        var buffer = new byte[MaxIndexBytes];
        var length = stream.ReadAtLeast(buffer, MaxIndexBytes, throwOnEndOfStream: false);
        return buffer[..length];
    }

    private HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancel)
    {
        try
        {
            return client.Send(request, HttpCompletionOption.ResponseHeadersRead, cancel);
        }
        catch (HttpRequestException e)
        {
            throw Failure($"'{Name}' cannot be reached: {e.Message} Check the network and -Proxy, or download the packages elsewhere and pass their folder as -Source.", e);
        }
    }

    private static TrainingException Failure(string message, Exception? inner = null) => new(TrainingExitCode.Environment, message, inner);
}
