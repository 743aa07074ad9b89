using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using StackExchange.Redis;

namespace Scheduler.Jobs.Engine;

/// <summary>
/// One Lua file beside its caller. Adds what every script shares: <c>KEYS[1]</c> = the tx key, <c>ARGV[1]</c> = the prefix,
/// and the files named by <c>-- include: name</c> lines. Sent by its hash, which is worked out once; the text only to a server that
/// does not know it.
/// </summary>
internal sealed partial class RedisScript
{
    private const string AllowOutOfMemory = " flags=allow-oom";
    private const string NoWrites = " flags=no-writes";

    private static readonly ConcurrentDictionary<string, RedisScript> Loaded = new();

    private readonly HashedText plain;
    private readonly HashedText flagged;
    private readonly bool writes;
    private readonly ConcurrentDictionary<(HashedText Version, string Indexes), HashedText> withIndexes = new();

    private RedisScript(string name, string flags)
    {
        plain = new HashedText(ReadWithIncludes(name));
        // On Redis 7 or newer a full server then refuses the whole script instead of stopping in its middle.
        flagged = new HashedText("#!lua" + flags + "\n" + plain.Text);
        writes = flags != NoWrites;
    }

    /// <param name="name">File name without <c>.lua</c>; names are unique in this assembly.</param>
    /// <param name="allowOutOfMemory">True for scripts that end or release work: they must run on a full server.</param>
    public static RedisScript Load(string name, bool allowOutOfMemory = false) =>
        Loaded.GetOrAdd(name, static (n, flags) => new RedisScript(n, flags), allowOutOfMemory ? AllowOutOfMemory : "");

    /// <summary>A script that reads only: a full server runs it, and nobody waits for the embedded server's log file.</summary>
    public static RedisScript LoadReader(string name) => Loaded.GetOrAdd(name, static n => new RedisScript(n, NoWrites));

    /// <summary>Never throws and never waits by itself: what goes wrong is in the task.</summary>
    public Task<RedisResult> RunAsync(RedisClient redis, RedisKey[] keys, RedisValue[] arguments)
    {
        var kind = redis.KnownKind;
        return kind == ServerKind.ScriptFlags
            ? SendAsync(redis, kind, keys, arguments)
            : AskAndSendAsync(redis, keys, arguments);
    }

    /// <summary>For Hangfire's synchronous storage API, and for a thread that must not depend on others.</summary>
    public RedisResult Run(RedisClient redis, RedisKey[] keys, RedisValue[] arguments)
    {
        try
        {
            var kind = redis.AskKind();
            var reply = Send(redis.Database, VersionFor(kind, redis.Indexes.Written), [redis.Keys.Tx, .. keys], [redis.Keys.Prefix, .. arguments]);
            if (writes && kind == ServerKind.Embedded)
                redis.Database.Execute(DurableAcknowledgement.Command);
            return reply;
        }
        catch (RedisCommandException e)
        {
            throw NoPrimary(e);
        }
    }

    /// <summary>A hash that a reply holds as a flat list.</summary>
    public static HashEntry[] EntriesOf(RedisResult flat)
    {
        var entries = new HashEntry[flat.Length / 2];
        for (var i = 0; i < entries.Length; i++)
            entries[i] = new HashEntry((RedisValue)flat[i * 2], (RedisValue)flat[(i * 2) + 1]);
        return entries;
    }

    private static RedisResult Send(IDatabase database, HashedText version, RedisKey[] keys, RedisValue[] arguments)
    {
        try
        {
            return database.ScriptEvaluate(version.Sha1, keys, arguments);
        }
        catch (RedisServerException e) when (IsUnknownScript(e))
        {
            return database.ScriptEvaluate(version.Text, keys, arguments);
        }
    }

    private static async Task<RedisResult> SendAsync(IDatabase database, HashedText version, RedisKey[] keys, RedisValue[] arguments)
    {
        try
        {
            return await database.ScriptEvaluateAsync(version.Sha1, keys, arguments);
        }
        catch (RedisServerException e) when (IsUnknownScript(e))
        {
            return await database.ScriptEvaluateAsync(version.Text, keys, arguments);
        }
    }

    // The server ran nothing: it may be asked again.
    private static bool IsUnknownScript(RedisServerException refusal) => refusal.Message.StartsWith("NOSCRIPT", StringComparison.Ordinal);

    private async Task<RedisResult> SendAsync(RedisClient redis, ServerKind kind, RedisKey[] keys, RedisValue[] arguments)
    {
        try
        {
            return await SendAsync(redis.Database, VersionFor(kind, redis.Indexes.Written), [redis.Keys.Tx, .. keys], [redis.Keys.Prefix, .. arguments]);
        }
        catch (RedisCommandException e)
        {
            throw NoPrimary(e);
        }
    }

    private async Task<RedisResult> AskAndSendAsync(RedisClient redis, RedisKey[] keys, RedisValue[] arguments)
    {
        var kind = await redis.KindAsync();
        var result = await SendAsync(redis, kind, keys, arguments);
        if (writes && kind == ServerKind.Embedded)
            await redis.CommitAsync();
        return result;
    }

    // How the client says, during a failover, that it knows replicas only. To callers that is an outage like any other.
    private static RedisException NoPrimary(RedisCommandException cause) => new("No server takes writes now: " + cause.Message, cause);

    private HashedText VersionFor(ServerKind kind, string indexes)
    {
        var version = kind == ServerKind.ScriptFlags ? flagged : plain;
        return indexes.Length == 0 ? version : withIndexes.GetOrAdd((version, indexes), static key => WithIndexes(key.Version.Text, key.Indexes));
    }

    // Where none is on, nothing of them is sent, so that they cost nothing.
    private static HashedText WithIndexes(string text, string indexes) => new(NoIndexesLine().Replace(text, match =>
        $"{match.Value}\nINDEXED = {{ {string.Join(", ", indexes.Split(',').Select(field => field + " = true"))} }}\n{Read("search_index")}"));

    /// <summary>The text of a file with those it includes, as it is sent but for the line of flags.</summary>
    internal static string ReadWithIncludes(string name) =>
        IncludeLine().Replace(Read(name), match => ReadWithIncludes(match.Groups[1].Value));

    private static string Read(string name)
    {
        var assembly = typeof(RedisScript).Assembly;
        var resource = assembly.GetManifestResourceNames().Single(r => r.EndsWith("." + name + ".lua", StringComparison.Ordinal));
        using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
        return reader.ReadToEnd();
    }

    /// <summary>A text as it is sent, and the name that a server knows it by. The client would work that out anew for each call.</summary>
    private sealed class HashedText(string text)
    {
        public string Text => text;

        public byte[] Sha1 { get; } = Hash(text);

        [SuppressMessage("Security", "CA5350", Justification = "Redis names scripts by SHA-1; nothing is protected by it.")]
        private static byte[] Hash(string text) => SHA1.HashData(Encoding.UTF8.GetBytes(text));
    }

    [GeneratedRegex(@"^-- include: (\w+)$", RegexOptions.Multiline)]
    private static partial Regex IncludeLine();

    [GeneratedRegex("^local INDEXED,.*$", RegexOptions.Multiline)]
    private static partial Regex NoIndexesLine();
}
