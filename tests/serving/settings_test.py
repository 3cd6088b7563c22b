import http.server
import re
import subprocess
import threading

import pytest
import yaml
from google.protobuf import (
    descriptor_pb2,
    descriptor_pool,
    message_factory,
    text_format,
    wrappers_pb2,
)
from tensorflow_serving.config import model_server_config_pb2

from serving.engine.model_config import read_file
from tests.serving.free_port import free_port
from tests.serving.server_process import ROOT

SETTINGS = ROOT / "serving" / "settings"

COMPOSE, COMPOSE_GPU, KUBERNETES = "docker-compose.yml", "docker-compose.gpu.yml", "kubernetes.yaml"

# Flags of tensorflow_model_server that the settings may use.
SERVER_FLAGS = {
    "allow_version_labels_for_unavailable_models",
    "batching_parameters_file",
    "enable_batching",
    "file_system_poll_wait_seconds",
    "model_config_file",
    "model_config_file_poll_wait_seconds",
    "monitoring_config_file",
}

INT64, STRING, BOOL = ".google.protobuf.Int64Value", "string", "bool"

# The messages of tensorflow_serving that the wheel leaves out: numbers, names and types.
MONITORING = {
    "MonitoringConfig": [(1, "prometheus_config", ".serving.PrometheusConfig")],
    "PrometheusConfig": [(1, "enable", BOOL), (2, "path", STRING)],
}
BATCHING = {
    "BatchingParameters": [
        (1, "max_batch_size", INT64),
        (2, "batch_timeout_micros", INT64),
        (3, "max_enqueued_batches", INT64),
        (4, "num_batch_threads", INT64),
        (6, "allowed_batch_sizes", "repeated int64"),
        (7, "pad_variable_length_inputs", BOOL),
    ]
}


def text(name):
    return (SETTINGS / name).read_text(encoding="utf-8")


def message(described, name):
    """A class of a message that is described as numbers, names and types."""
    kinds = descriptor_pb2.FieldDescriptorProto
    file = descriptor_pb2.FileDescriptorProto(name="f", package="serving", syntax="proto3")
    file.dependency.append("google/protobuf/wrappers.proto")
    for own_name, fields in described.items():
        declared = file.message_type.add(name=own_name)
        for number, field_name, kind in fields:
            field = declared.field.add(name=field_name, number=number, label=kinds.LABEL_OPTIONAL)
            if kind.startswith("repeated "):
                field.label, kind = kinds.LABEL_REPEATED, kind.removeprefix("repeated ")
            if kind.startswith("."):
                field.type, field.type_name = kinds.TYPE_MESSAGE, kind
            else:
                field.type = getattr(kinds, f"TYPE_{kind.upper()}")
    pool = descriptor_pool.DescriptorPool()
    pool.AddSerializedFile(wrappers_pb2.DESCRIPTOR.serialized_pb)
    pool.AddSerializedFile(file.SerializeToString())
    return message_factory.GetMessageClass(pool.FindMessageTypeByName(f"serving.{name}"))


def test_models_config_is_read_by_the_official_message():
    config = text_format.Parse(text("models.config"), model_server_config_pb2.ModelServerConfig())
    (model,) = config.model_config_list.config
    assert (model.name, model.base_path) == ("landscapes", "/models/landscapes")
    assert model.model_platform == "tensorflow"
    assert model.model_version_policy.latest.num_versions == 2
    assert dict(model.version_labels) == {"stable": 1}


def test_models_config_is_read_by_the_embedded_server():
    (model,) = read_file(SETTINGS / "models.config")
    assert model.name == "landscapes" and model.labels == {"stable": 1}


def test_what_the_readme_and_comments_offer_is_read_too():
    original = text("models.config")
    with_canary = original.replace("# version_labels { key", "version_labels { key")
    assert with_canary != original
    specific = re.sub(
        r"model_version_policy \{.*?\n    \}",
        "model_version_policy { specific { versions: 1 } }",
        original,
        flags=re.DOTALL,
    )
    assert specific != original
    for changed in (with_canary, specific):
        text_format.Parse(changed, model_server_config_pb2.ModelServerConfig())


def test_batching_config_keeps_the_servers_rules():
    config = text_format.Parse(text("batching.config"), message(BATCHING, "BatchingParameters")())
    sizes = list(config.allowed_batch_sizes)
    assert sizes == sorted(set(sizes))
    assert sizes[-1] == config.max_batch_size.value
    assert config.batch_timeout_micros.value == 0
    assert not config.pad_variable_length_inputs


def test_monitoring_config():
    config = text_format.Parse(text("monitoring.config"), message(MONITORING, "MonitoringConfig")())
    assert config.prometheus_config.enable
    assert config.prometheus_config.path == "/monitoring/prometheus/metrics"


def test_wrong_names_would_be_found():
    with pytest.raises(text_format.ParseError):
        text_format.Parse("max_batch_sizes { value: 1 }", message(BATCHING, "BatchingParameters")())


@pytest.mark.parametrize("name", ["models.config", "batching.config", "monitoring.config"])
def test_every_line_is_explained(name):
    explained = False
    for line in text(name).splitlines():
        line = line.strip()
        if line.startswith("#"):
            explained = True
        elif not line:
            explained = False
        elif not re.fullmatch(r"[\w ]*\{|\}", line):
            assert explained, line


def flags_of(arguments):
    parts = [re.fullmatch(r"--(\w+)=(\S+)", argument) for argument in arguments]
    assert all(parts), arguments
    return {part[1]: part[2] for part in parts}


def check_flags(flags):
    assert set(flags) <= SERVER_FLAGS
    for name in ("model_config_file", "monitoring_config_file", "batching_parameters_file"):
        if name in flags:
            folder, file = flags[name].rsplit("/", 1)
            assert folder == "/settings"
            assert (SETTINGS / file).is_file()


def test_compose_mounts_what_the_server_reads():
    service = yaml.safe_load(text(COMPOSE))["services"]["serving"]
    assert set(service) == {
        "image",
        "command",
        "environment",
        "ports",
        "volumes",
        "healthcheck",
        "stop_grace_period",
        "restart",
    }
    check_flags(flags_of(service["command"]))
    mounted = {volume.rsplit(":", 2)[1] for volume in service["volumes"]}
    assert mounted == {"/models", "/settings"}
    assert all(port.startswith("127.0.0.1:") for port in service["ports"])
    assert service["environment"]["TF_CPU_ALLOCATOR_USE_BFC"] == "true"


def test_the_gpu_adds_to_the_cpu():
    cpu = yaml.safe_load(text(COMPOSE))["services"]["serving"]
    gpu = yaml.safe_load(text(COMPOSE_GPU))["services"]["serving"]
    assert gpu["command"][: len(cpu["command"])] == cpu["command"]
    flags = flags_of(gpu["command"])
    check_flags(flags)
    assert flags["enable_batching"] == "true"
    (device,) = gpu["deploy"]["resources"]["reservations"]["devices"]
    assert device["capabilities"] == ["gpu"]


@pytest.mark.parametrize(
    "body, healthy",
    [(b'"state": "AVAILABLE"', True), (b'"state": "LOADING"', False), (None, False)],
)
def test_the_health_check_asks_for_an_available_version(body, healthy):
    asked = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    port = free_port()
    if body:
        server = http.server.HTTPServer(("127.0.0.1", port), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
    kind, *command = yaml.safe_load(text(COMPOSE))["services"]["serving"]["healthcheck"]["test"]
    assert kind == "CMD"
    command[-1] = command[-1].replace("/8501", f"/{port}")
    result = subprocess.run(command, capture_output=True, timeout=60)
    if body:
        server.shutdown()
        server.server_close()
        assert asked == ["/v1/models/landscapes"]
    assert (result.returncode == 0) == healthy


def test_kubernetes_objects_belong_together():
    claim, deployment, service = yaml.safe_load_all(text(KUBERNETES))
    assert [o["kind"] for o in (claim, deployment, service)] == [
        "PersistentVolumeClaim",
        "Deployment",
        "Service",
    ]
    pod = deployment["spec"]["template"]
    assert pod["metadata"]["labels"] == deployment["spec"]["selector"]["matchLabels"]
    assert pod["metadata"]["labels"] == service["spec"]["selector"]
    (container,) = pod["spec"]["containers"]
    check_flags(flags_of(container["args"]))
    volumes = {volume["name"]: volume for volume in pod["spec"]["volumes"]}
    assert volumes["models"]["persistentVolumeClaim"]["claimName"] == claim["metadata"]["name"]
    assert {mount["name"] for mount in container["volumeMounts"]} == set(volumes)
    assert all(mount["readOnly"] for mount in container["volumeMounts"])
    ports = {port["name"] for port in container["ports"]}
    assert {port["targetPort"] for port in service["spec"]["ports"]} == ports
    assert "/landscapes/" in container["readinessProbe"]["httpGet"]["path"]
    assert container["readinessProbe"]["httpGet"]["port"] in ports
    memory = container["resources"]
    assert memory["limits"]["memory"] == "4Gi"
    pool = {entry["name"]: entry["value"] for entry in container["env"]}
    assert int(pool["TF_CPU_BFC_MEM_LIMIT_IN_MB"]) < 4096


@pytest.mark.parametrize("command", ["client", "load"])
def test_the_readmes_commands_have_the_flags_they_name(command):
    readme = text("README.md")
    lines = re.findall(rf"python -m serving\.{command} (--.*)", readme)
    used = {flag for line in lines for flag in re.findall(r"--(\w+)=", line)}
    assert {"server", "model_name", "labels"} <= used
    source = "".join(
        (ROOT / "serving" / f"{name}_command.py").read_text() for name in ("client", command)
    )
    assert used <= set(re.findall(r'DEFINE_\w+\(\s*"(\w+)"', source))


def test_the_readme_names_every_file():
    for path in SETTINGS.iterdir():
        assert path.name == "README.md" or path.name in text("README.md")
