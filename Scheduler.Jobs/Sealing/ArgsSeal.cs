using System.Buffers.Text;
using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Scheduler.Jobs.Engine;

namespace Scheduler.Jobs.Sealing;

/// <summary>What came out of a stored text.</summary>
internal abstract record OpenedArgs
{
    public sealed record Readable(string Json) : OpenedArgs;

    /// <param name="Reason">For people, without a secret.</param>
    public sealed record Refused(string Reason) : OpenedArgs;
}

/// <summary>
/// Seals arguments before they are stored, and opens them before they are run. A seal holds for one owner (a job, a schedule) and one type: moved to
/// another it does not open. Forms: <c>s1.key.mac.{json}</c> signed, <c>e1.key.nonce-cipher-tag</c> encrypted, <c>{json}</c> as it is.
/// </summary>
internal sealed class ArgsSeal
{
    private const string Signed = "s1", Encrypted = "e1";
    private const int NonceLength = 12, TagLength = 16;

    private readonly SealingKey? first;
    private readonly FrozenDictionary<string, SealingKey> keys;
    private readonly bool encrypts;
    private readonly bool acceptsUnsealed;

    public ArgsSeal(IOptions<SealingOptions> options)
    {
        var ring = options.Value.Keys.Select(SealingKey.TryRead).OfType<SealingKey>().ToList();
        first = ring.FirstOrDefault();
        keys = ring.ToFrozenDictionary(k => k.Id);
        encrypts = options.Value.Encrypt;
        acceptsUnsealed = options.Value.AcceptUnsealed || first is null;
    }

    public static string OwnerOfJob(string id) => "job:" + id;

    public static string OwnerOfSchedule(string id) => "schedule:" + id;

    /// <summary>Typed jobs only: what an expression job may call is decided by the allow-list.</summary>
    public NewJob Seal(NewJob job) =>
        first is null || job.Invocation is not null ? job : job with { Args = Seal(OwnerOfJob(job.Id), job.Type, job.Args) };

    public IReadOnlyList<NewJob> Seal(IReadOnlyList<NewJob> jobs) => first is null ? jobs : [.. jobs.Select(Seal)];

    public string Seal(string owner, string type, string json)
    {
        if (first is null)
            return json;
        return encrypts ? Encrypt(first, Context(owner, type), json) : $"{Signed}.{first.Id}.{Base64Url.EncodeToString(Mac(first, Context(owner, type), json))}.{json}";
    }

    /// <summary>A job that Hangfire's own code made from a schedule carries the schedule's seal.</summary>
    public OpenedArgs Open(JobRecord job)
    {
        var opened = job.IsTyped ? Open(OwnerOfJob(job.Id), job.Type, job.Args) : new OpenedArgs.Readable(job.Args);
        return opened is OpenedArgs.Refused && job.RecurringId is { } schedule && Open(OwnerOfSchedule(schedule), job.Type, job.Args) is OpenedArgs.Readable ofSchedule
            ? ofSchedule
            : opened;
    }

    /// <summary>The job with arguments for people to read; what cannot be opened is told instead.</summary>
    public JobRecord ForReading(JobRecord job) => first is null && !IsSealed(job.Args) ? job : Open(job) switch
    {
        OpenedArgs.Readable readable => job with { Args = readable.Json },
        OpenedArgs.Refused refused => job with { Args = JsonSerializer.Serialize(new Dictionary<string, string> { ["$sealed"] = refused.Reason }) },
        _ => job,
    };

    public OpenedArgs Open(string owner, string type, string stored)
    {
        if (!IsSealed(stored))
            return acceptsUnsealed ? new OpenedArgs.Readable(stored) : new OpenedArgs.Refused("The arguments carry no seal of this scheduler.");
        var parts = stored.Split('.', stored.StartsWith(Signed, StringComparison.Ordinal) ? 4 : 3);
        if (!keys.TryGetValue(parts[1], out var key))
            return new OpenedArgs.Refused("The arguments were sealed with a key that is not configured here.");
        var json = parts.Length == 4 ? Verify(key, Context(owner, type), parts[2], parts[3]) : Decrypt(key, Context(owner, type), parts[2]);
        return json is null ? new OpenedArgs.Refused("The seal of the arguments does not fit: they were changed, or belong to another job.") : new OpenedArgs.Readable(json);
    }

    /// <summary>For showing to people who need no proof: the JSON of a signed text, a word for an encrypted one.</summary>
    public static string Shown(string stored) =>
        !IsSealed(stored) ? stored : stored.StartsWith(Signed, StringComparison.Ordinal) ? stored.Split('.', 4)[3] : """{"$sealed":true}""";

    private static bool IsSealed(string stored) => stored.Length > 3
        && ((stored.StartsWith(Signed + ".", StringComparison.Ordinal) && stored.Count(c => c == '.') >= 3)
            || (stored.StartsWith(Encrypted + ".", StringComparison.Ordinal) && stored.Count(c => c == '.') == 2));

    // No part contains a line break: owner and type are checked names.
    private static byte[] Context(string owner, string type) => Encoding.UTF8.GetBytes($"{owner}\n{type}\n");

    private static byte[] Mac(SealingKey key, byte[] context, string json) =>
        HMACSHA256.HashData(key.Signing, (byte[])[.. context, .. Encoding.UTF8.GetBytes(json)]);

    private static string? Verify(SealingKey key, byte[] context, string mac, string json) =>
        CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(mac), Encoding.ASCII.GetBytes(Base64Url.EncodeToString(Mac(key, context, json)))) ? json : null;

    private static string Encrypt(SealingKey key, byte[] context, string json)
    {
        var plain = Encoding.UTF8.GetBytes(json);
        var whole = new byte[NonceLength + plain.Length + TagLength];
        RandomNumberGenerator.Fill(whole.AsSpan(0, NonceLength));
        using var aes = new AesGcm(key.Encrypting, TagLength);
        aes.Encrypt(whole.AsSpan(0, NonceLength), plain, whole.AsSpan(NonceLength, plain.Length), whole.AsSpan(NonceLength + plain.Length), context);
        return $"{Encrypted}.{key.Id}.{Base64Url.EncodeToString(whole)}";
    }

    private static string? Decrypt(SealingKey key, byte[] context, string text)
    {
        if (!Base64Url.IsValid(text, out var length) || length < NonceLength + TagLength)
            return null;
        var whole = Base64Url.DecodeFromChars(text);
        var plain = new byte[length - NonceLength - TagLength];
        try
        {
            using var aes = new AesGcm(key.Encrypting, TagLength);
            aes.Decrypt(whole.AsSpan(0, NonceLength), whole.AsSpan(NonceLength, plain.Length), whole.AsSpan(NonceLength + plain.Length), plain, context);
            return Encoding.UTF8.GetString(plain);
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
    }
}
