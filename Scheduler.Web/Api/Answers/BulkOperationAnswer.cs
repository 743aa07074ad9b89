using System.Text.Json;
using Scheduler.Jobs.Bulk;

namespace Scheduler.Web.Api.Answers;

/// <summary>A bulk operation as the API shows it.</summary>
internal static class BulkOperationAnswer
{
    public static IResult Begun(BulkOperation operation) =>
        new ApiJson(202, writer => Write(writer, operation)) { Headers = [("Location", "/api/v1/bulk/" + operation.Id)] };

    public static IResult Of(BulkPreview preview) => new ApiJson(200, writer =>
    {
        writer.WriteStartObject();
        writer.WriteBoolean("dryRun"u8, true);
        writer.WriteString("action"u8, preview.Action);
        writer.WriteString("filter"u8, preview.Filter);
        writer.WriteNumber("matched"u8, preview.Count.Jobs);
        writer.WriteBoolean("countComplete"u8, preview.Count.IsWhole);
        writer.WriteStrings("sample"u8, preview.Sample);
        writer.WriteEndObject();
    });

    public static void Write(Utf8JsonWriter writer, BulkOperation operation)
    {
        writer.WriteStartObject();
        writer.WriteString("id"u8, operation.Id);
        writer.WriteString("action"u8, operation.Action);
        writer.WriteString("filter"u8, operation.Filter);
        writer.WriteNumber("ratePerSecond"u8, operation.Rate);
        writer.WriteString("state"u8, operation.State);
        writer.WriteNumber("matched"u8, operation.Matched);
        writer.WriteBoolean("countComplete"u8, operation.IsWholeCount);
        writer.WriteNumber("done"u8, operation.Done);
        writer.WriteNumber("skipped"u8, operation.Skipped);
        writer.WriteString("by"u8, operation.By);
        writer.WriteInstant("createdAt"u8, operation.CreatedAt);
        writer.WriteInstant("startedAt"u8, operation.StartedAt);
        writer.WriteInstant("finishedAt"u8, operation.FinishedAt);
        writer.WriteInstant("undoableUntil"u8, operation.UndoableUntil);
        writer.WriteString("undoes"u8, operation.Undoes);
        writer.WriteString("undoneBy"u8, operation.UndoneBy);
        writer.WriteEndObject();
    }
}
