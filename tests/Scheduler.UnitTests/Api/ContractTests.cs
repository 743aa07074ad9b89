using System.Reflection;
using Scheduler.Web.Api.Problems;
using Scheduler.Web.OpenApi;

namespace Scheduler.UnitTests.Api;

public sealed class ContractTests
{
    [Fact]
    public void Every_problem_code_is_described()
    {
        var codes = typeof(ProblemCodes).GetFields(BindingFlags.Public | BindingFlags.Static).Select(f => (string)f.GetRawConstantValue()!);
        var code = Contract.Read().Components!.Schemas!["Problem"].Properties!["code"];
        Assert.Equal(codes.Order(), code.Enum!.Select(e => e!.GetValue<string>()).Order());
    }

    [Fact]
    public void Every_operation_has_a_name_and_a_summary()
    {
        var operations = Contract.Read().Paths.SelectMany(p => p.Value.Operations!.Values).ToList();
        Assert.All(operations, o => Assert.False(string.IsNullOrEmpty(o.OperationId) || string.IsNullOrEmpty(o.Summary)));
        Assert.Equal(operations.Count, operations.DistinctBy(o => o.OperationId).Count());
    }
}
