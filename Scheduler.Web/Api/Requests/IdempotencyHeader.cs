using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text.Json;
using Scheduler.Jobs.Engine;
using Scheduler.Web.Api.Bodies;
using Scheduler.Web.Api.Problems;
using Scheduler.Web.Auth;

namespace Scheduler.Web.Api.Requests;

/// <summary>The <c>Idempotency-Key</c> header: one key, one caller, one path, one body.</summary>
internal static class IdempotencyHeader
{
    public const string Name = "Idempotency-Key";
    public const string Replayed = "Idempotency-Replayed";

    /// <summary>False, with the problem, where the header is there and malformed. The key is null where it is not there.</summary>
    public static bool TryRead(HttpContext context, out string? key, [NotNullWhen(false)] out ApiProblem? refused)
    {
        refused = null;
        var values = context.Request.Headers[Name];
        key = values.Count == 1 ? values[0] : null;
        if (values.Count == 0 || (values.Count == 1 && IsValid(key)))
            return true;
        refused = Problem.InvalidIdempotencyKey();
        return false;
    }

    /// <summary>The record's identity; null where the caller sent no key.</summary>
    /// <param name="path">The path below <c>/api/v1</c>, as this API spells it: each is a space of its own.</param>
    public static IdempotencyKey? For(HttpContext context, string? key, string path, byte[] bodyHash) =>
        key is null ? null : new IdempotencyKey(Caller.Of(context.User) + " " + path, key, Convert.ToHexStringLower(bodyHash));

    public static byte[] Hash(JsonElement body) => SHA256.HashData(CanonicalJson.Write(body));

    private static bool IsValid(string? key) => key is { Length: >= 1 and <= 255 } && !key.AsSpan().ContainsAnyExceptInRange('!', '~');
}
