using Scheduler.IntegrationTests.Support;

[assembly: AssemblyFixture(typeof(RedisServerFixture))]
[assembly: AssemblyFixture(typeof(EmbeddedServerFixture))]
