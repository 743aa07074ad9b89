using System.Buffers;
using System.Text;

namespace Scheduler.Jobs.BuiltInJobs;

/// <summary>Reads a stream to its end, so that the writer is never blocked, and keeps the first bytes.</summary>
internal sealed class CappedOutput
{
    /// <summary>The first bytes that are kept.</summary>
    public const int MaxBytes = 64 * 1024;

    private readonly Lock gate = new();
    private readonly ArrayBufferWriter<byte> kept = new();

    public bool Truncated { get; private set; }

    public async Task ReadAsync(Stream source, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(16 * 1024);
        try
        {
            while (await source.ReadAsync(buffer, cancellationToken) is var length and > 0)
                Keep(buffer.AsSpan(0, length));
        }
        catch (IOException)
        {
            // The pipe broke with its process: what was read counts.
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    public string Text
    {
        get
        {
            lock (gate)
                return ResponseText.Decode(Encoding.UTF8, kept.WrittenSpan, Truncated);
        }
    }

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        lock (gate)
        {
            var room = MaxBytes - kept.WrittenCount;
            Truncated |= bytes.Length > room;
            kept.Write(bytes[..Math.Min(room, bytes.Length)]);
        }
    }
}
