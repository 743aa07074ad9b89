using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Scheduler.Jobs.Isolation;

/// <summary>
/// Messages over two pipes: four bytes of length (little endian), then the message. Reads and writes block, each side on a thread of its own:
/// .NET has no waiting on a pipe that does not hold a thread, and the pool's threads belong to the jobs.
/// </summary>
internal sealed class FrameStream(Stream input, Stream output)
{
    /// <summary>Larger than any job, result or checkpoint; what claims to be longer is not ours.</summary>
    public const int MaxLength = 16 * 1024 * 1024;

    private const int LengthBytes = sizeof(int);

    private readonly Lock gate = new();
    private readonly byte[] readLength = new byte[LengthBytes];

    /// <exception cref="IOException">The other side is gone.</exception>
    public void Write(ChildMessage message)
    {
        using var written = new MemoryStream();
        written.SetLength(LengthBytes);
        written.Position = LengthBytes;
        using var writer = new BinaryWriter(written, Encoding.UTF8);
        ChildMessageFormat.Write(writer, message);
        var frame = written.GetBuffer().AsSpan(0, (int)written.Length);
        BinaryPrimitives.WriteInt32LittleEndian(frame, frame.Length - LengthBytes);
        lock (gate)
        {
            output.Write(frame);
            output.Flush();
        }
    }

    /// <summary>Null at the end of the stream.</summary>
    /// <exception cref="InvalidDataException">What comes is no message.</exception>
    public ChildMessage? Read()
    {
        if (input.ReadAtLeast(readLength, LengthBytes, throwOnEndOfStream: false) < LengthBytes)
            return null;
        var length = BinaryPrimitives.ReadInt32LittleEndian(readLength);
        if (length is < 1 or > MaxLength)
            throw new InvalidDataException($"A frame of {length} bytes is not part of the protocol.");
        var buffer = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            return input.ReadAtLeast(buffer.AsSpan(0, length), length, throwOnEndOfStream: false) < length ? null : Parse(buffer, length);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static ChildMessage Parse(byte[] frame, int length)
    {
        using var reader = new BinaryReader(new MemoryStream(frame, 0, length, writable: false), Encoding.UTF8);
        try
        {
            var message = ChildMessageFormat.Read(reader);
            return reader.BaseStream.Position == length
                ? message
                : throw new InvalidDataException($"A frame has {length - reader.BaseStream.Position} bytes more than its message.");
        }
        catch (Exception e) when (e is IOException or FormatException or ArgumentException)
        {
            throw new InvalidDataException($"A frame of {length} bytes holds no message: {e.Message}", e);
        }
    }
}
