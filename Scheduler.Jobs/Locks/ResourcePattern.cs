using System.Security.Cryptography;
using System.Text;
using Scheduler.Jobs.Contracts;

namespace Scheduler.Jobs.Locks;

/// <summary>Fills the <c>{member}</c> places of an <see cref="ExclusiveAttribute"/>.</summary>
internal static class ResourcePattern
{
    /// <param name="valueOf">The text of a place, or null where the job has no such value.</param>
    /// <exception cref="JobFailedException">A place has no value.</exception>
    public static string Fill(string pattern, Func<string, string?> valueOf)
    {
        var resource = JobTypeScanner.Placeholder().Replace(pattern, place =>
            valueOf(place.Groups[1].Value)
            ?? throw new JobFailedException($"The job is exclusive by '{pattern}', but its arguments have no text, number or truth value '{place.Groups[1].Value}'."));
        return resource.Length <= NamedLocks.MaxResourceLength ? resource : Shorten(resource);
    }

    // Still one name for one resource: what is cut off lives on in the hash.
    private static string Shorten(string resource) =>
        resource[..(NamedLocks.MaxResourceLength - 65)] + "~" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(resource)));
}
