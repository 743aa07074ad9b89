using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Scheduler.Jobs.Hosting;

/// <summary>What keeps a host from starting and that a person can put right.</summary>
internal static class StartProblem
{
    /// <summary>Null for a defect, which deserves its stack trace.</summary>
    public static string? SentenceFor(Exception exception) => exception switch
    {
        OptionsValidationException options => string.Join(" ", options.Failures),
        ConfigurationException => exception.Message,
        AggregateException { InnerExceptions: [var only] } => SentenceFor(only),
        InvalidDataException { InnerException: FormatException syntax } => $"{exception.Message} {syntax.Message}",
        IOException io when io.Message.StartsWith("Failed to bind", StringComparison.Ordinal) => $"{io.Message.TrimEnd('.')}; choose another address with --urls.",
        _ => null,
    };

    /// <summary>
    /// Until the host has started, a failure is told once, by <see cref="SchedulerHost"/>;
    /// the framework's own reports of the same failure, with their stack traces, are left out.
    /// </summary>
    public static void AddQuietStart(this IServiceCollection services) =>
        services.AddOptions<LoggerFilterOptions>().Configure<IServiceProvider>((filters, provider) =>
        {
            foreach (var category in (string[])["Microsoft.Extensions.Hosting.Internal.Host", "Microsoft.AspNetCore.Server.Kestrel"])
            {
                filters.Rules.Add(new LoggerFilterRule(providerName: null, category, logLevel: null,
                    (_, _, level) => level >= LogLevel.Information && HasStarted(provider)));
            }
        });

    private static bool HasStarted(IServiceProvider provider) =>
        provider.GetService<IHostApplicationLifetime>()?.ApplicationStarted.IsCancellationRequested ?? true;
}
