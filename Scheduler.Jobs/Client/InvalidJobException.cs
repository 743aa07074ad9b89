namespace Scheduler.Jobs.Client;

/// <summary>A job breaks a rule, as it would in the HTTP API; nothing was sent. The message says which.</summary>
public sealed class InvalidJobException(string message) : ArgumentException(message);

/// <summary>An idempotency key came again with other jobs; nothing was created.</summary>
/// <param name="key">The key.</param>
public sealed class IdempotencyKeyReusedException(string key)
    : InvalidOperationException($"The idempotency key '{key}' was used for something else within the last 24 hours.");
