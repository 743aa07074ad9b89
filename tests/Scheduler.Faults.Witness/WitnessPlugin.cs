using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Scheduler.Jobs.Contracts;

namespace Scheduler.Faults.Witness;

/// <summary>Settings: <c>Witness:Folder</c>, where this process's file goes; <c>Witness:ClockOffset</c>, how wrong its clock is.</summary>
public sealed class WitnessPlugin : IJobPlugin
{
    /// <inheritdoc/>
    public void AddServices(IServiceCollection services, IConfiguration configuration)
    {
        var folder = configuration["Witness:Folder"];
        services.AddSingleton(_ => new WitnessFile(folder));
        if (configuration["Witness:ClockOffset"] is { Length: > 0 } offset)
            services.AddSingleton<TimeProvider>(new WrongClock(TimeSpan.Parse(offset, CultureInfo.InvariantCulture)));
    }
}
