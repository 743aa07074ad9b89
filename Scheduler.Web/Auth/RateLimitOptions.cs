using System.ComponentModel.DataAnnotations;

namespace Scheduler.Web.Auth;

/// <summary>How much one API key may ask. Section <c>Scheduler:RateLimit</c>.</summary>
internal sealed class RateLimitOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Scheduler:RateLimit";

    /// <summary>Requests per second of one API key; beyond it the answer is 429. Default: none, no limit.</summary>
    [Range(1, 1_000_000, ErrorMessage = "Scheduler:RateLimit:RequestsPerSecond must be between 1 and 1000000; leave it out for no limit.")]
    public int? RequestsPerSecond { get; set; }
}
