using System.Text.Json;
using Scheduler.Jobs.Engine;
using Scheduler.Web.Api.Answers;
using Scheduler.Web.Api.Bodies;
using Scheduler.Web.Api.Problems;
using Scheduler.Web.Api.Requests;
using Scheduler.Web.Auth;

namespace Scheduler.Web.Api;

/// <summary>New jobs: one, or many at once.</summary>
internal static class EnqueueEndpoints
{
    private const string OnePath = "/jobs";
    private const string BulkPath = "/jobs/bulk";

    public static void MapEnqueueEndpoints(this IEndpointRouteBuilder api)
    {
        api.MapPost(OnePath, EnqueueAsync).RequireAuthorization(Scopes.JobsWrite);
        api.MapPost(BulkPath, EnqueueBulkAsync).RequireAuthorization(Scopes.JobsWrite);
    }

    private static async Task<IResult> EnqueueAsync(HttpContext http, JobRequestReader reader, JobStore jobs, AcceptedJob accepted, DurabilityHeader durability)
    {
        if (!IdempotencyHeader.TryRead(http, out var key, out var badKey))
            return badKey;
        var (body, refused) = await JsonBody.ReadAsync(http);
        if (body is null)
            return refused!;
        using (body)
        {
            var errors = new ValidationErrors();
            if (reader.Read(body.Root, "", errors) is not { } job)
                return errors.ToProblem();
            var idempotency = key is null ? null : IdempotencyHeader.For(http, key, OnePath, IdempotencyHeader.Hash(body.Root));
            // crash point 1: nothing written, the caller may repeat
            var result = await jobs.EnqueueAsync([job], idempotency, http.RequestAborted).InTime();
            // crash point 2: the job exists; a caller that repeats with its key is shown it
            await durability.StateAsync(http.Response, result);
            return await accepted.AnswerAsync(result, job, http.RequestAborted);
        }
    }

    private static async Task<IResult> EnqueueBulkAsync(HttpContext http, BulkRequestReader reader, JobStore jobs, DurabilityHeader durability)
    {
        if (!IdempotencyHeader.TryRead(http, out var key, out var badKey))
            return badKey;
        var isNdJson = MediaType.IsNdJson(http.Request);
        if (!isNdJson && !MediaType.IsJson(http.Request))
            return Problem.UnsupportedMediaType($"{MediaType.Json} or {MediaType.NdJson}");
        var (bytes, refused) = await BodyBytes.ReadAsync(http, BulkBody.MaxBytes);
        if (bytes is null)
            return refused!;
        using (bytes)
        {
            var (bulk, problem) = reader.Read(bytes.Memory, isNdJson, withHash: key is not null);
            if (bulk is null)
                return problem!;
            var idempotency = key is null ? null : IdempotencyHeader.For(http, key, BulkPath, bulk.BodyHash);
            var result = await jobs.EnqueueAsync(bulk.Jobs, idempotency, http.RequestAborted).InBulkTime();
            await durability.StateAsync(http.Response, result);
            return Answer(result);
        }
    }

    private static IResult Answer(EnqueueResult result) => result switch
    {
        EnqueueResult.Accepted accepted => new ApiJson(202, writer => WriteIds(writer, accepted.Ids)),
        EnqueueResult.Replayed replayed => new ApiJson(200, writer => WriteIds(writer, replayed.Ids))
        {
            Headers = [(IdempotencyHeader.Replayed, "true")],
        },
        _ => Problem.IdempotencyKeyReused(),
    };

    private static void WriteIds(Utf8JsonWriter writer, IReadOnlyList<string> ids)
    {
        writer.WriteStartObject();
        writer.WriteNumber("accepted"u8, ids.Count);
        writer.WriteStrings("ids"u8, ids);
        writer.WriteEndObject();
    }
}
