using System.Globalization;
using System.Security.Cryptography;
using Scheduler.Jobs.Engine;
using Scheduler.Web.Api.Bodies;
using Scheduler.Web.Api.Problems;

namespace Scheduler.Web.Api.Requests;

/// <summary>All the jobs of a bulk and the hash of what was sent; the same jobs have the same hash as JSON and as NDJSON.</summary>
internal sealed record BulkRequest(IReadOnlyList<NewJob> Jobs, byte[] BodyHash);

/// <summary>Reads a bulk job by job: all are valid, or the answer names those that are not.</summary>
internal sealed class BulkRequestReader(JobRequestReader jobs)
{
    /// <summary>Exactly one of the two is not null.</summary>
    /// <param name="withHash">False saves the work where no idempotency key asks for it.</param>
    public (BulkRequest? Request, ApiProblem? Refused) Read(ReadOnlyMemory<byte> body, bool isNdJson, bool withHash)
    {
        var (items, refused) = BulkBody.Split(body, isNdJson);
        return items is null ? (null, refused) : Read(items, withHash);
    }

    private (BulkRequest? Request, ApiProblem? Refused) Read(IReadOnlyList<BulkItem> items, bool withHash)
    {
        var errors = new ValidationErrors();
        var valid = new List<NewJob>(items.Count);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (var index = 0; index < items.Count; index++)
        {
            var item = items[index];
            var (body, refused) = JsonBody.Parse(item.Json, item.Depth);
            if (body is null)
                return (null, refused! with { Detail = refused.Detail!.Replace("The body", "The job at " + item.Name, StringComparison.Ordinal) });
            using (body)
            {
                if (jobs.Read(body.Root, string.Create(CultureInfo.InvariantCulture, $"/jobs/{index}"), errors) is { } job)
                    valid.Add(job);
                if (withHash)
                    Append(hash, CanonicalJson.Write(body.Root));
            }
        }
        return errors.TryGetProblem(out var problem) ? (null, problem) : (new BulkRequest(valid, hash.GetHashAndReset()), null);
    }

    private static void Append(IncrementalHash hash, byte[] canonical)
    {
        hash.AppendData(canonical);
        // No canonical text contains a line break, so the jobs cannot run into each other.
        hash.AppendData("\n"u8);
    }
}
