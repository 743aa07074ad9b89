namespace Scheduler.Jobs.BuiltInJobs;

/// <summary>What <c>http.request</c> may reach. Section <c>Scheduler:Http</c>.</summary>
public sealed class HttpJobOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Scheduler:Http";

    /// <summary>Lets jobs call private, loopback and link-local addresses. Default (null): only in the Development environment.</summary>
    public bool? AllowPrivateNetworks { get; set; }
}
