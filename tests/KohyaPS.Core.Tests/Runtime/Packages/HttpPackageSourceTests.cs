using System.Net;
using System.Net.Http.Headers;
using System.Text;
using KohyaPS.Runtime;
using KohyaPS.Runtime.Packages;

namespace KohyaPS.Core.Tests.Runtime.Packages;

public sealed class HttpPackageSourceTests : IDisposable
{
    private const string Index = """{"version":"3.0.0","resources":[{"@id":"http://packages.test/query","@type":"SearchQueryService"},{"@id":"http://packages.test/flat","@type":"PackageBaseAddress/3.0.0"}]}""";

    private readonly string folder = Directory.CreateTempSubdirectory("kohyaps-http-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Installs_from_a_server_as_from_a_folder()
    {
        var packages = new StandInPackages(Path.Combine(folder, "source"));
        var bridge = Directory.CreateDirectory(Path.Combine(folder, "module")).FullName;
        File.WriteAllText(Path.Combine(bridge, "libLibTorchSharp.so"), "bridge");
        using var source = Source(request => ServePackage(request, packages.Folder));
        var installer = new RuntimeInstaller { Source = source, Root = Path.Combine(folder, "runtimes"), Rid = StandInPackages.Rid, BridgeFolder = bridge };
        installer.Install(CancellationToken.None);
        Assert.Equal("first second third", File.ReadAllText(Path.Combine(installer.Target, "libtorch_cuda.so")));
    }

    [Fact]
    public void Goes_on_from_where_a_download_stopped()
    {
        using var source = Source(request => Bytes("0123456789", request));
        using var rest = source.Open(new("some.package", "1.0.0"), 4, CancellationToken.None);
        Assert.Equal((4L, 10L, "456789"), (rest.Offset, rest.TotalBytes, new StreamReader(rest.Bytes).ReadToEnd()));
    }

    [Fact]
    public void Begins_anew_where_a_server_knows_no_ranges()
    {
        using var source = Source(_ => new(HttpStatusCode.OK) { Content = new ByteArrayContent("0123456789"u8.ToArray()) });
        using var whole = source.Open(new("some.package", "1.0.0"), 4, CancellationToken.None);
        Assert.Equal((0L, 10L), (whole.Offset, whole.TotalBytes));
    }

    [Theory]
    [InlineData(HttpStatusCode.NotFound, "has no some.package 1.0.0")]
    [InlineData(HttpStatusCode.Unauthorized, "answered 401")]
    public void Says_what_a_server_answered(HttpStatusCode status, string why)
    {
        using var source = Source(_ => new(status));
        var refused = Assert.Throws<TrainingException>(() => source.Open(new("some.package", "1.0.0"), 0, CancellationToken.None));
        Assert.Contains(why, refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<html>")]
    [InlineData("{}")]
    [InlineData("""{"resources":[]}""")]
    public void Refuses_an_address_that_is_no_package_source(string index)
    {
        using var source = new HttpPackageSource(new("http://packages.test/index.json"), new Answers(_ => new(HttpStatusCode.OK) { Content = new StringContent(index) }));
        Assert.Throws<TrainingException>(() => source.Open(new("some.package", "1.0.0"), 0, CancellationToken.None));
    }

    [Fact]
    public void Tells_no_password_that_stands_in_the_address()
    {
        using var source = new HttpPackageSource(new("http://me:secret@packages.test/index.json"), new Answers(_ => new(HttpStatusCode.Forbidden)));
        var refused = Assert.Throws<TrainingException>(() => source.Open(new("some.package", "1.0.0"), 0, CancellationToken.None));
        Assert.DoesNotContain("secret", refused.Message, StringComparison.Ordinal);
    }

    private static HttpPackageSource Source(Func<HttpRequestMessage, HttpResponseMessage> package) => new(
        new("http://packages.test/v3/index.json"),
        new Answers(request => request.RequestUri!.AbsolutePath == "/v3/index.json" ? new(HttpStatusCode.OK) { Content = new StringContent(Index) } : package(request)));

    private static HttpResponseMessage ServePackage(HttpRequestMessage request, string folder)
    {
        var parts = request.RequestUri!.AbsolutePath.Split('/');
        Assert.Equal(("flat", NativeFolderLocator.LibtorchVersion), (parts[1], parts[3]));
        var path = Path.Combine(folder, parts[4]);
        return File.Exists(path) ? new(HttpStatusCode.OK) { Content = new ByteArrayContent(File.ReadAllBytes(path)) } : new(HttpStatusCode.NotFound);
    }

    private static HttpResponseMessage Bytes(string text, HttpRequestMessage request)
    {
        var from = request.Headers.Range!.Ranges.Single().From!.Value;
        var content = new ByteArrayContent(Encoding.ASCII.GetBytes(text[(int)from..]));
        content.Headers.ContentRange = new ContentRangeHeaderValue(from, text.Length - 1, text.Length);
        return new(HttpStatusCode.PartialContent) { Content = content };
    }

    /// <summary>Answers without a network.</summary>
    private sealed class Answers(Func<HttpRequestMessage, HttpResponseMessage> answer) : HttpMessageHandler
    {
        protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken) => answer(request);

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => Task.FromResult(answer(request));
    }
}
