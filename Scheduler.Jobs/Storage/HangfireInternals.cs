using System.Runtime.CompilerServices;
using Hangfire.Server;
using Hangfire.States;

namespace Scheduler.Jobs.Storage;

/// <summary>
/// The members of Hangfire.Core that are not public and that we need all the same; its version is pinned, and
/// <c>HangfireInternalsTests</c> fails where one of them is gone.
/// </summary>
internal static class HangfireInternals
{
    /// <summary>Filters test for this very type.</summary>
    [UnsafeAccessor(UnsafeAccessorKind.Constructor)]
    public static extern ProcessingState NewProcessingState(string serverId, string workerId);

    /// <summary>The public constructor leaves it null.</summary>
    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "<ServerId>k__BackingField")]
    public static extern ref string? ServerIdOf(PerformContext context);

    /// <summary>How state filters see what server filters left in <c>PerformContext.Items</c>.</summary>
    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "<CustomData>k__BackingField")]
    public static extern ref IReadOnlyDictionary<string, object>? CustomDataOf(ApplyStateContext context);

    /// <summary>The key of <c>PerformContext.Items</c> under which the performer notes the filter that cancelled the job.</summary>
    public static string CanceledKey => CanceledKeyOf(null);

    [UnsafeAccessor(UnsafeAccessorKind.StaticField, Name = "ContextCanceledKey")]
    private static extern ref string CanceledKeyOf(BackgroundJobPerformer? type);
}
