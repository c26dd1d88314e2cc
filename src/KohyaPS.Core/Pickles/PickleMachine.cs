using System.Buffers.Binary;

namespace KohyaPS.Pickles;

/// <summary>
/// Carries out the few instructions of pickles that PyTorch writes. The only objects it can make are texts, numbers, dictionaries, storages
/// and tensors; everything else becomes a placeholder. It calls nothing.
/// </summary>
internal sealed class PickleMachine
{
    private const int MaxObjects = 2_000_000;
    private const int MaxBytes = 64 << 20;
    private const int HighestProtocol = 5;
    private static readonly object Mark = new();
    private static readonly object?[] EmptyTuple = [];

    private readonly PickleCursor cursor;
    private readonly PickleBuilder builder;
    private readonly List<object?> stack = [];
    private readonly Dictionary<uint, object?> memo = [];
    private int objects;

    private PickleMachine(PickleCursor cursor, PickleBuilder builder) => (this.cursor, this.builder) = (cursor, builder);

    /// <summary>Runs one pickle up to its end.</summary>
    /// <param name="cursor">Stands at its first instruction, and afterwards behind its last.</param>
    /// <param name="builder">Makes the tensors and notes the names.</param>
    /// <exception cref="PickleFormatException">It is damaged, unsupported or hostile.</exception>
    public static object? Run(PickleCursor cursor, PickleBuilder builder) => new PickleMachine(cursor, builder).Run();

    private object? Run()
    {
        var start = cursor.Position;
        while (true)
        {
            if (cursor.Position - start > MaxBytes)
                throw new PickleFormatException($"its pickle has more than {MaxBytes} bytes, more than a model needs");
            var code = cursor.Byte();
            if (code == '.')
                return Pop();
            if (!RunValue(code) && !RunCollection(code) && !RunObject(code) && !RunStack(code))
                throw new PickleFormatException($"it has the instruction 0x{code:x2}, which files of tensors do not need");
        }
    }

    private bool RunValue(byte code)
    {
        switch (code)
        {
            case (byte)'N':
                Push(null);
                return true;
            case 0x88 or 0x89:
                Push(code == 0x88);
                return true;
            case (byte)'J':
                Push((long)cursor.Int32());
                return true;
            case (byte)'K':
                Push((long)cursor.Byte());
                return true;
            case (byte)'M':
                Push((long)cursor.UInt16());
                return true;
            case 0x8a:
                Push(Integer(cursor.Bytes(cursor.Byte())));
                return true;
            case 0x8b:
                Push(Integer(cursor.Bytes(cursor.Int32())));
                return true;
            case (byte)'G':
                Push(BinaryPrimitives.ReadDoubleBigEndian(cursor.Bytes(8)));
                return true;
            case (byte)'X':
                Push(cursor.Text(cursor.UInt32()));
                return true;
            case 0x8c:
                Push(cursor.Text(cursor.Byte()));
                return true;
            // Bytes, and texts of Python 2: nothing that is kept is made of them.
            case (byte)'T':
                return Leave(cursor.Int32());
            case (byte)'B':
                return Leave(cursor.UInt32());
            case (byte)'U' or (byte)'C':
                return LeaveOrText(code);
            default:
                return false;
        }
    }

    private bool RunCollection(byte code)
    {
        switch (code)
        {
            case (byte)'}':
                Push(new PickleDict());
                return true;
            case (byte)']' or 0x8f:
                Push(new PickleList());
                return true;
            case (byte)')':
                Push(EmptyTuple);
                return true;
            case (byte)'t':
                Push(PopToMark());
                return true;
            case 0x85 or 0x86 or 0x87:
                Push(PopMany(code - 0x84));
                return true;
            case (byte)'s':
                SetItems(PopMany(2));
                return true;
            case (byte)'u':
                SetItems(PopToMark());
                return true;
            case (byte)'a':
                Append(PopMany(1));
                return true;
            case (byte)'e' or 0x90:
                Append(PopToMark());
                return true;
            default:
                return false;
        }
    }

    private bool RunObject(byte code)
    {
        switch (code)
        {
            case (byte)'c':
                Push(builder.Global(cursor.Line(), cursor.Line()));
                return true;
            case 0x93:
                var names = PopMany(2);
                Push(names is [string module, string name] ? builder.Global(module, name) : throw new PickleFormatException("a class in it has no name"));
                return true;
            case (byte)'R' or 0x81:
                var call = PopMany(2);
                Push(PickleBuilder.Call(call[0], call[1] as object?[] ?? throw new PickleFormatException("an object in it is made of no tuple")));
                return true;
            case (byte)'b':
                // What an object remembers of itself is not needed.
                Pop();
                Top();
                return true;
            case (byte)'Q':
                Push(builder.Storage(Pop()));
                return true;
            default:
                return false;
        }
    }

    private bool RunStack(byte code)
    {
        switch (code)
        {
            case 0x80:
                if (cursor.Byte() is var protocol and > HighestProtocol)
                    throw new PickleFormatException($"it is of protocol {protocol}, which is not known");
                return true;
            case 0x95:
                if (cursor.Int64() is var frame && (frame < 0 || frame > cursor.Remaining))
                    throw new PickleFormatException("a frame of it is longer than the file");
                return true;
            case (byte)'(':
                Push(Mark);
                return true;
            case (byte)'0':
                if (stack.Count == 0)
                    throw Underflow();
                stack.RemoveAt(stack.Count - 1);
                return true;
            case (byte)'1':
                PopToMark();
                return true;
            case (byte)'2':
                Push(Top());
                return true;
            case (byte)'q':
                Remember(cursor.Byte());
                return true;
            case (byte)'r':
                Remember(cursor.UInt32());
                return true;
            case 0x94:
                Remember((uint)memo.Count);
                return true;
            case (byte)'h':
                Push(Remembered(cursor.Byte()));
                return true;
            case (byte)'j':
                Push(Remembered(cursor.UInt32()));
                return true;
            default:
                return false;
        }
    }

    // Short texts of Python 2 are names of storages in old files; short bytes are of no interest.
    private bool LeaveOrText(byte code)
    {
        var count = cursor.Byte();
        if (code == 'C')
            return Leave(count);
        var bytes = cursor.Bytes(count);
        Push(System.Text.Encoding.Latin1.GetString(bytes));
        return true;
    }

    private bool Leave(long count)
    {
        cursor.Bytes(count);
        Push(PicklePlaceholder.Instance);
        return true;
    }

    private static object Integer(ReadOnlySpan<byte> bytes)
    {
        // A larger number is legal, and no count of anything here.
        if (bytes.Length > 8)
            return PicklePlaceholder.Instance;
        Span<byte> whole = stackalloc byte[8];
        whole.Fill(bytes.Length > 0 && (bytes[^1] & 0x80) != 0 ? (byte)0xff : (byte)0);
        bytes.CopyTo(whole);
        return BinaryPrimitives.ReadInt64LittleEndian(whole);
    }

    private void SetItems(object?[] items)
    {
        if (items.Length % 2 != 0)
            throw new PickleFormatException("a dictionary in it has a key without a value");
        if (Top() is not PickleDict dict)
        {
            RequireContainer(Top());
            return;
        }
        for (var i = 0; i < items.Length; i += 2)
            dict.Entries.Add((items[i], items[i + 1]));
    }

    private void Append(object?[] items)
    {
        if (Top() is not PickleList list)
        {
            RequireContainer(Top());
            return;
        }
        foreach (var item in items)
            list.Add(item);
    }

    private static void RequireContainer(object? target)
    {
        if (target is not (PickleDict or PickleList or PicklePlaceholder))
            throw new PickleFormatException("it adds elements to something that has none");
    }

    private object? Remembered(uint index) => memo.TryGetValue(index, out var value) ? value : throw new PickleFormatException("it refers to an object that it does not have");

    private void Remember(uint index)
    {
        memo[index] = Top();
        Count();
    }

    private void Push(object? value)
    {
        stack.Add(value);
        Count();
    }

    private void Count()
    {
        if (++objects > MaxObjects)
            throw new PickleFormatException($"it has more than {MaxObjects} objects, more than a model needs");
    }

    private object? Top() => stack.Count > 0 && !ReferenceEquals(stack[^1], Mark) ? stack[^1] : throw Underflow();

    private object? Pop()
    {
        var value = Top();
        stack.RemoveAt(stack.Count - 1);
        return value;
    }

    private object?[] PopMany(int count)
    {
        if (stack.Count < count)
            throw Underflow();
        var values = stack.GetRange(stack.Count - count, count).ToArray();
        if (values.Any(v => ReferenceEquals(v, Mark)))
            throw Underflow();
        stack.RemoveRange(stack.Count - count, count);
        return values;
    }

    private object?[] PopToMark()
    {
        var mark = stack.LastIndexOf(Mark);
        if (mark < 0)
            throw new PickleFormatException("it closes a list that it has not opened");
        var values = stack.GetRange(mark + 1, stack.Count - mark - 1).ToArray();
        stack.RemoveRange(mark, stack.Count - mark);
        return values.Length == 0 ? EmptyTuple : values;
    }

    private static PickleFormatException Underflow() => new("it takes an object that it does not have");
}
