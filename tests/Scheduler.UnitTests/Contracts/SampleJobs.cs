using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Serialization;
using Scheduler.Jobs.Contracts;

namespace Scheduler.UnitTests.Contracts;

public enum SampleSize { Small, VeryLarge }

public sealed record SampleItem(string Name, int Count = 1);

public sealed record SampleArgs(
    [Description("Whom it is for.")] [Length(2, 5)] string Customer,
    [Range(1, 10)] int Copies,
    SampleSize Size = SampleSize.Small,
    TimeSpan? Wait = null,
    IReadOnlyList<SampleItem>? Items = null,
    IReadOnlyDictionary<string, int>? Counts = null,
    [RegularExpression("[a-z]+")] string? Code = null,
    Uri? Link = null,
    DateTimeOffset? At = null,
    [AllowedValues("a", "b")] string? Choice = null,
    JsonElement? Anything = null)
{
    public required bool Confirmed { get; init; }
}

public sealed record SampleTree(string Name, IReadOnlyList<SampleTree>? Children = null);

[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(SampleCircle), "circle")]
[JsonDerivedType(typeof(SampleSquare), "square")]
public abstract record SampleShape;

public sealed record SampleCircle(double Radius) : SampleShape;

public sealed record SampleSquare(double Side) : SampleShape;

public sealed record SampleDrawing(SampleShape Shape);

public sealed class SampleNeed
{
    public int Asked { get; set; }
}

public sealed record SampleResult(string Said, TimeSpan Took);

[JobType("sample.say", Description = "Says it.", Queue = "talk", MaxAttempts = 3, CpuBound = true)]
[Exclusive("say-{customer}")]
public sealed class SampleJob(SampleNeed need) : IJobHandler<SampleArgs, SampleResult>, IDisposable
{
    public static int Disposed { get; set; }

    public Task<SampleResult> RunAsync(SampleArgs args, JobContext job, CancellationToken cancellationToken)
    {
        need.Asked++;
        return Task.FromResult(new SampleResult($"{args.Customer} {args.Copies} {args.Size}", TimeSpan.FromSeconds(2)));
    }

    public void Dispose() => Disposed++;
}
