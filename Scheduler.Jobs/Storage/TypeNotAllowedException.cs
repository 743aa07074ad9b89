namespace Scheduler.Jobs.Storage;

/// <summary>A job in the store names a type outside the registered assemblies. It was neither loaded nor run.</summary>
public sealed class TypeNotAllowedException : Exception
{
    /// <summary>The word under which the API shows it.</summary>
    internal const string ErrorType = "type_not_allowed";

    /// <param name="typeName">The type as the job names it.</param>
    public TypeNotAllowedException(string typeName)
        : base($"The type '{typeName}' is not in an assembly registered with AddJobsFrom, so it was not loaded.") => TypeName = typeName;

    /// <summary>The type as the job names it.</summary>
    public string TypeName { get; }
}
