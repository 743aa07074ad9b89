namespace Scheduler.Jobs.Engine;

/// <summary>
/// Job ids: 26 lower-case characters of Crockford's base 32 holding 48 bits of milliseconds and 80 random bits,
/// as in the ULID specification, so that ids sort by creation. Ids made in one process within one millisecond keep their order.
/// </summary>
internal static class JobId
{
    private const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
    private const int StockLength = 36;
    private static readonly Lock Gate = new();
    private static UInt128 last;

    public static string New(TimeProvider time)
    {
        var fresh = Compose(time.GetUtcNow(), Random80Bits());
        lock (Gate)
        {
            last = fresh >> 80 > last >> 80 ? fresh : last + 1;
            return Write(last);
        }
    }

    /// <summary>The id of a schedule's firing: the same for every node that fires this instant.</summary>
    public static string FromInstant(DateTimeOffset instant, ReadOnlySpan<byte> hash) =>
        Write(Compose(instant, BitConverter.ToUInt64(hash) | ((UInt128)BitConverter.ToUInt16(hash[8..]) << 64)));

    /// <summary>True for an id of the stock package: a GUID.</summary>
    public static bool IsStock(string id) => id.Length == StockLength;

    /// <summary>No id made at this instant or later is less.</summary>
    public static string LowestAt(DateTimeOffset instant) => Write(Compose(instant < DateTimeOffset.UnixEpoch ? DateTimeOffset.UnixEpoch : instant, 0));

    private static UInt128 Compose(DateTimeOffset at, UInt128 low80) =>
        ((UInt128)(ulong)at.ToUnixTimeMilliseconds() << 80) | (low80 & (((UInt128)1 << 80) - 1));

    private static UInt128 Random80Bits() => (UInt128)(ulong)Random.Shared.NextInt64() | ((UInt128)(ulong)Random.Shared.NextInt64() << 63);

    private static string Write(UInt128 value) => string.Create(26, value, static (span, v) =>
    {
        for (var i = 25; i >= 0; i--, v >>= 5)
            span[i] = Alphabet[(int)(v & 31)];
    });
}
