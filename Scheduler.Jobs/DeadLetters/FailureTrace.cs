using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Scheduler.Jobs.DeadLetters;

/// <summary>Where an exception was thrown, as a short hash: a part of the fingerprint by which failed jobs are grouped.</summary>
internal static partial class FailureTrace
{
    private const int Frames = 3;

    private static readonly string[] NotTheirs = ["System.", "Microsoft.", "Hangfire.", "Scheduler.Jobs.Dispatching.", "Scheduler.Jobs.Contracts.", "Scheduler.Jobs.Isolation."];

    /// <summary>The exception's type and the top frames that are neither the framework's nor the dispatcher's. Line numbers and the
    /// compiler's numbering are left out: the same failure keeps its group over a rebuild.</summary>
    public static string Of(Exception exception)
    {
        var frames = new StackTrace(exception, fNeedFileInfo: false).GetFrames()
            .Select(f => f.GetMethod() is { } method ? NameOf($"{method.DeclaringType?.FullName}.{method.Name}") : "")
            .Where(name => name.Length > 0 && !NotTheirs.Any(n => name.StartsWith(n, StringComparison.Ordinal))).Take(Frames);
        var text = exception.GetType().FullName + "\n" + string.Join('\n', frames);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..16];
    }

    /// <summary><c>Acme.Mailer+&lt;SendAsync&gt;d__7.MoveNext</c> is <c>Acme.Mailer.SendAsync</c>.</summary>
    internal static string NameOf(string method) => Generated().Replace(method, match => "." + match.Groups[1].Value);

    [GeneratedRegex(@"[.+]<(\w*)>[^.]*(\.MoveNext)?")]
    private static partial Regex Generated();
}
