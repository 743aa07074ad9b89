using System.ComponentModel.DataAnnotations;

namespace Scheduler.Jobs.Hosting;

/// <summary>The server inside the web host, used where no Redis is configured. Section <c>Scheduler:Embedded</c>.</summary>
public sealed class EmbeddedOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Scheduler:Embedded";

    /// <summary>The port where no other is configured.</summary>
    public const int DefaultPort = 6385;

    /// <summary>Where the data lives; a relative path starts at the host's content root. Default: <c>data/embedded</c>.</summary>
    [Required(ErrorMessage = "Scheduler:Embedded:DataFolder must not be empty; use a path such as data/embedded.")]
    public string DataFolder { get; set; } = "data/embedded";

    /// <summary>
    /// Port on the loopback address. Null (the default) = 6385, or the next free one after it;
    /// a configured port that is taken stops the start instead.
    /// </summary>
    [Range(1, 65535, ErrorMessage = "Scheduler:Embedded:Port must be between 1 and 65535.")]
    public int? Port { get; set; }
}
