using System.Reflection;

namespace Scheduler.IntegrationTests.Support;

/// <summary>Tests that are written once for several servers stand in abstract classes: each must have a class that runs them.</summary>
public sealed class AbstractTestsTests
{
    [Fact]
    public void Every_abstract_class_with_tests_has_classes_that_run_them()
    {
        var all = typeof(AbstractTestsTests).Assembly.GetTypes();
        var written = all.Where(t => t.IsAbstract && t.GetMethods().Any(m => m.GetCustomAttribute<FactAttribute>() is not null)).ToList();
        Assert.NotEmpty(written);
        Assert.All(written, t => Assert.Contains(all, c => c is { IsAbstract: false, IsPublic: true } && c.IsSubclassOf(t)));
    }
}
