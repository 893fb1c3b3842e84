using System.Globalization;
using System.Text.Json.Nodes;
using BatchPlatform.Contracts;
using BatchPlatform.Defaults;
using BatchPlatform.Worker;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace BatchPlatform.Deploy.Tests.Kubernetes;

/// <summary>The example overlay is what a cluster takes, and every service is in it with all that it needs to run, to be replaced and to end.</summary>
public sealed class ManifestTests(Manifests manifests) : IClassFixture<Manifests>
{
    // Where every image listens.
    private const int Port = 8080;
    private static readonly string[] Services = ["api", "dashboard", "gateway", "notifier", "orchestrator", "worker"];

    [KubectlFact]
    public async Task They_have_the_form_that_Kubernetes_and_KEDA_publish() => Assert.Empty(await Schemas.FaultsAsync("manifests.mjs", manifests.Text));

    [KubectlFact]
    public async Task A_wrong_form_would_be_found()
    {
        var misspelt = manifests.Text.Replace("readOnlyRootFilesystem", "readonlyRootFilesystem", StringComparison.Ordinal);
        var mistaken = manifests.Text.Replace("replicas: 2", "replicas: two", StringComparison.Ordinal);

        Assert.Contains(await Schemas.FaultsAsync("manifests.mjs", misspelt), fault => fault.EndsWith("/readonlyRootFilesystem: unknown", StringComparison.Ordinal));
        Assert.Contains(await Schemas.FaultsAsync("manifests.mjs", mistaken), fault => fault.Contains("/spec/replicas: type", StringComparison.Ordinal));
    }

    [KubectlFact]
    public void Every_service_is_deployed_with_an_image_of_its_own_and_migrate_is_the_orchestrator()
    {
        Assert.Equal(Services, manifests.Deployments.Select(deployment => deployment.Name()).Order());
        Assert.All(manifests.Deployments, deployment => Assert.Equal($"ghcr.io/example/batchplatform/{deployment.Name()}:v1.0.0", (string?)deployment.Container()["image"]));

        var migrate = manifests.One("Job", "migrate").Container();
        Assert.Equal((string?)manifests.One("Deployment", "orchestrator").Container()["image"], (string?)migrate["image"]);
        Assert.Equal("migrate", (string?)migrate.At("args.0"));
    }

    [KubectlFact]
    public void No_pod_has_a_right_or_can_write_anywhere_but_to_its_temporary_folder() => Assert.All(manifests.Workloads, workload =>
    {
        var (pod, container) = (workload.Pod(), workload.Container());
        Assert.False((bool)pod["automountServiceAccountToken"]!);
        Assert.True((bool)pod.At("securityContext.runAsNonRoot")!);
        Assert.Equal("RuntimeDefault", (string?)pod.At("securityContext.seccompProfile.type"));
        Assert.True((bool)container.At("securityContext.readOnlyRootFilesystem")!);
        Assert.False((bool)container.At("securityContext.allowPrivilegeEscalation")!);
        Assert.Equal("ALL", (string?)container.At("securityContext.capabilities.drop.0"));
        Assert.Equal(["/tmp"], container["volumeMounts"]!.AsArray().Where(mount => mount!["readOnly"] is null).Select(mount => (string?)mount!["mountPath"]));
    });

    [KubectlFact]
    public void Every_pod_has_requests_and_limits() => Assert.All(manifests.Workloads, workload =>
        Assert.All(["requests.cpu", "requests.memory", "limits.cpu", "limits.memory"], bound => Assert.NotNull(workload.Container().At($"resources.{bound}"))));

    [KubectlFact]
    public void Every_service_is_asked_for_its_health_where_it_listens() => Assert.All(manifests.Deployments, deployment =>
    {
        var container = deployment.Container();
        string? Probe(string name) => $"{container.At($"{name}Probe.httpGet.port")}{container.At($"{name}Probe.httpGet.path")}";

        Assert.Equal(("http/health/live", "http/health/ready", "http/health/live"), (Probe("startup"), Probe("readiness"), Probe("liveness")));
        Assert.Equal("http", (string?)container.At("ports.0.name"));
        Assert.Equal(Port, (int)container.At("ports.0.containerPort")!);
    });

    [KubectlFact]
    public void A_service_may_take_as_long_to_end_as_it_asks_its_host_for()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.AddWorker();
        builder.Services.AddDraining();
        using var worker = builder.Services.BuildServiceProvider();
        var needed = worker.GetRequiredService<IOptions<HostOptions>>().Value.ShutdownTimeout;

        Assert.All(manifests.Deployments, deployment =>
        {
            Assert.True((int)deployment.Pod()["terminationGracePeriodSeconds"]! > new ShutdownOptions().DelaySeconds + needed.TotalSeconds);
        });
    }

    [KubectlFact]
    public void No_service_is_away_while_it_is_replaced_or_its_node_is_drained() => Assert.All(manifests.Deployments, deployment =>
    {
        Assert.Equal("0", deployment.At("spec.strategy.rollingUpdate.maxUnavailable")!.ToString());
        var budget = Assert.Single(manifests.Of("PodDisruptionBudget"), budget => budget.At("spec.selector.matchLabels").Selects(deployment));
        Assert.Equal(1, (int)budget.At("spec.maxUnavailable")!);
        Assert.True((int?)deployment.At("spec.replicas") >= 2 || Least(deployment) >= 2, "two of it, so that one is there");
        Assert.NotEmpty(deployment.Pod()["topologySpreadConstraints"]!.AsArray());
    });

    [KubectlFact]
    public void Whoever_scales_a_deployment_is_alone_in_it_and_says_how_many_there_are()
    {
        var scaled = manifests.Of("HorizontalPodAutoscaler").Concat(manifests.Of("ScaledObject")).Select(scaler => (string)scaler.At("spec.scaleTargetRef.name")!).ToList();

        Assert.Equal(["api", "gateway", "worker"], scaled.Order());
        Assert.All(scaled, name => Assert.Null(manifests.One("Deployment", name).At("spec.replicas")));
    }

    [KubectlFact]
    public void Workers_are_scaled_by_their_queue_which_is_never_longer_than_their_slots_allow()
    {
        var scaler = manifests.One("ScaledObject", "worker");
        var trigger = scaler.At("spec.triggers.0.metadata")!;

        Assert.Equal(Queues.Slices, (string?)trigger["queueName"]);
        Assert.InRange(int.Parse((string)trigger["value"]!, CultureInfo.InvariantCulture), 1, int.Parse(Setting("Worker__Slots"), CultureInfo.InvariantCulture) / 2);
        // Without a worker nothing is dispatched, so that the queue would stay empty and no worker be started.
        Assert.True((int)scaler.At("spec.minReplicaCount")! > 0);
        var authentication = manifests.One("TriggerAuthentication", (string)scaler.At("spec.triggers.0.authenticationRef.name")!);
        var secret = manifests.One("Secret", (string)authentication.At("spec.secretTargetRef.0.name")!);
        Assert.NotNull(secret["data"]![(string)authentication.At("spec.secretTargetRef.0.key")!]);
    }

    [KubectlFact]
    public void Selectors_find_their_own_service_and_no_other()
    {
        Assert.All(manifests.Deployments, deployment => Assert.True(deployment.At("spec.selector.matchLabels").Selects(deployment)));
        Assert.All(manifests.Of("Service"), service => Assert.Equal([service.Name()], manifests.Workloads.Where(service.At("spec.selector").Selects).Select(workload => workload.Name())));
    }

    private string Setting(string name) => (string)manifests.Of("ConfigMap").Single()["data"]![name]!;

    private int? Least(JsonNode deployment) =>
        (int?)(manifests.Of("HorizontalPodAutoscaler").SingleOrDefault(scaler => (string?)scaler.At("spec.scaleTargetRef.name") == deployment.Name()).At("spec.minReplicas")
            ?? manifests.Of("ScaledObject").SingleOrDefault(scaler => (string?)scaler.At("spec.scaleTargetRef.name") == deployment.Name()).At("spec.minReplicaCount"));
}
