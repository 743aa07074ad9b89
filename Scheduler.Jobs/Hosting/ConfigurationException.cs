namespace Scheduler.Jobs.Hosting;

/// <summary>The host cannot start as configured. The message is one sentence a person can act on.</summary>
internal sealed class ConfigurationException(string message, Exception? inner = null) : Exception(message, inner);
