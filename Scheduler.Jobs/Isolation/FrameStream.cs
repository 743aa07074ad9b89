using System.Buffers;
using System.Buffers.Binary;
using System.Text.Json;

namespace Scheduler.Jobs.Isolation;

/// <summary>
/// Messages over two pipes: four bytes of length (little endian), then JSON. Reads and writes block, each side on a thread of its own:
/// .NET has no waiting on a pipe that does not hold a thread, and the pool's threads belong to the jobs.
/// </summary>
internal sealed class FrameStream(Stream input, Stream output)
{
    /// <summary>Larger than any job, result or checkpoint; what claims to be longer is not ours.</summary>
    public const int MaxLength = 16 * 1024 * 1024;

    private readonly Lock gate = new();
    private readonly byte[] readLength = new byte[4];
    private readonly ArrayBufferWriter<byte> written = new();

    /// <exception cref="IOException">The other side is gone.</exception>
    public void Write(ChildMessage message)
    {
        lock (gate)
        {
            written.ResetWrittenCount();
            written.GetSpan(4);
            written.Advance(4);
            using (var json = new Utf8JsonWriter(written))
                JsonSerializer.Serialize(json, message, JsonSerializerOptions.Web);
            var frame = System.Runtime.InteropServices.MemoryMarshal.AsMemory(written.WrittenMemory);
            BinaryPrimitives.WriteInt32LittleEndian(frame.Span, frame.Length - 4);
            output.Write(frame.Span);
            output.Flush();
        }
    }

    /// <summary>Null at the end of the stream.</summary>
    public ChildMessage? Read()
    {
        if (input.ReadAtLeast(readLength, 4, throwOnEndOfStream: false) < 4)
            return null;
        var length = BinaryPrimitives.ReadInt32LittleEndian(readLength);
        if (length is < 2 or > MaxLength)
            throw new InvalidDataException($"A frame of {length} bytes is not part of the protocol.");
        var buffer = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            return input.ReadAtLeast(buffer.AsSpan(0, length), length, throwOnEndOfStream: false) < length
                ? null
                : JsonSerializer.Deserialize<ChildMessage>(buffer.AsSpan(0, length), JsonSerializerOptions.Web);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
