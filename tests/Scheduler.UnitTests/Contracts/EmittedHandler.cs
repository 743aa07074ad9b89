using System.Reflection;
using System.Reflection.Emit;
using Scheduler.Jobs.Contracts;

namespace Scheduler.UnitTests.Contracts;

/// <summary>Makes handler classes that break a rule, in assemblies of their own, so that no scan of the tests meets them.</summary>
internal static class EmittedHandler
{
    public static Type Of(string name, string queue, Type parent, TypeAttributes more = 0, string? exclusive = null)
    {
        var type = Define(Module(), "EmittedJob", name, queue, parent, more);
        if (exclusive is not null)
            type.SetCustomAttribute(new CustomAttributeBuilder(typeof(ExclusiveAttribute).GetConstructor([typeof(string)])!, [exclusive]));
        return type.CreateType();
    }

    public static Assembly AssemblyOf(string name, Type parent, params string[] classes)
    {
        var module = Module();
        foreach (var className in classes)
            Define(module, className, name, "", parent, 0).CreateType();
        return module.Assembly;
    }

    private static ModuleBuilder Module()
    {
        var assembly = AssemblyBuilder.DefineDynamicAssembly(new AssemblyName("Emitted" + Guid.NewGuid().ToString("N")), AssemblyBuilderAccess.Run);
        return assembly.DefineDynamicModule("main");
    }

    private static TypeBuilder Define(ModuleBuilder module, string className, string name, string queue, Type parent, TypeAttributes more)
    {
        var type = module.DefineType(className, TypeAttributes.Public | TypeAttributes.Class | more, parent);
        var queues = queue.Length == 0 ? Array.Empty<PropertyInfo>() : [typeof(JobTypeAttribute).GetProperty(nameof(JobTypeAttribute.Queue))!];
        var values = queue.Length == 0 ? Array.Empty<object>() : [queue];
        type.SetCustomAttribute(new CustomAttributeBuilder(typeof(JobTypeAttribute).GetConstructor([typeof(string)])!, [name], queues, values));
        return type;
    }
}
