"""The objects of Kubernetes that our example uses, field by field: a field that is none of theirs is refused.

From the API reference of v1, batch/v1 and networking.k8s.io/v1, as far as the example goes; what it does not use is not
here, so a new field has to be looked up before it passes.
"""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

Name = Annotated[str, Meta(pattern=r"^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$")]
"""RFC 1123 label."""
Port = Annotated[int, Meta(ge=1, le=65535)]
Quantity = Annotated[str, Meta(pattern=r"^[0-9]+(\.[0-9]+)?(m|Ki|Mi|Gi|Ti)?$")]


class Part(Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """A closed object."""


class Metadata(Part, frozen=True):
    """ObjectMeta."""

    name: Name


class Labels(Part, frozen=True):
    """ObjectMeta of a template."""

    labels: dict[str, Name]


class Resources(Part, frozen=True):
    """ResourceRequirements."""

    requests: dict[Literal["cpu", "memory", "storage"], Quantity]


class ClaimSpec(Part, frozen=True):
    """PersistentVolumeClaimSpec."""

    access_modes: list[Literal["ReadWriteMany"]]
    resources: Resources


class ServicePort(Part, frozen=True):
    """ServicePort."""

    name: Name
    port: Port
    target_port: Port


class ServiceSpec(Part, frozen=True):
    """ServiceSpec; without a cluster IP a name leads to the pod itself."""

    selector: dict[str, Name]
    ports: list[ServicePort]
    cluster_ip: Literal["None"] = msgspec.field(name="clusterIP")


class Selector(Part, frozen=True):
    """LabelSelector."""

    match_labels: dict[str, Name]


class Peer(Part, frozen=True):
    """NetworkPolicyPeer."""

    pod_selector: Selector


class Ingress(Part, frozen=True):
    """NetworkPolicyIngressRule."""

    from_: list[Peer] = msgspec.field(name="from")


class PolicySpec(Part, frozen=True):
    """NetworkPolicySpec."""

    pod_selector: Selector
    policy_types: list[Literal["Ingress", "Egress"]]
    ingress: list[Ingress]


class ContainerPort(Part, frozen=True):
    """ContainerPort."""

    container_port: Port


class Mount(Part, frozen=True):
    """VolumeMount."""

    name: Name
    mount_path: Annotated[str, Meta(pattern="^/")]


class Container(Part, frozen=True):
    """Container; `restartPolicy: Always` makes a sidecar of an init container."""

    name: Name
    image: str
    command: list[str] = []
    args: list[str] = []
    ports: list[ContainerPort] = []
    volume_mounts: list[Mount] = []
    resources: Resources | None = None
    restart_policy: Literal["Always"] | None = None


class Claim(Part, frozen=True):
    """PersistentVolumeClaimVolumeSource."""

    claim_name: Name


class Volume(Part, frozen=True):
    """Volume."""

    name: Name
    persistent_volume_claim: Claim


class PodSecurity(Part, frozen=True):
    """PodSecurityContext."""

    run_as_non_root: Literal[True]
    run_as_user: Annotated[int, Meta(ge=1)]
    fs_group: Annotated[int, Meta(ge=1)]


class PodSpec(Part, frozen=True):
    """PodSpec of a Job."""

    restart_policy: Literal["Never", "OnFailure"]
    security_context: PodSecurity
    containers: Annotated[list[Container], Meta(min_length=1)]
    volumes: list[Volume]
    init_containers: list[Container] = []


class Template(Part, frozen=True):
    """PodTemplateSpec."""

    metadata: Labels
    spec: PodSpec


class JobSpec(Part, frozen=True):
    """JobSpec; a run is not begun again by itself, and not without an end."""

    template: Template
    backoff_limit: Literal[0]
    active_deadline_seconds: Annotated[int, Meta(ge=1, le=86400)]
    parallelism: Annotated[int, Meta(ge=1)] = 1
    completions: Annotated[int, Meta(ge=1)] = 1


class PersistentVolumeClaim(Part, frozen=True, tag_field="kind", tag=True):
    """Where the people are."""

    api_version: Literal["v1"]
    metadata: Metadata
    spec: ClaimSpec


class Service(Part, frozen=True, tag_field="kind", tag=True):
    """A name."""

    api_version: Literal["v1"]
    metadata: Metadata
    spec: ServiceSpec


class NetworkPolicy(Part, frozen=True, tag_field="kind", tag=True):
    """Who may reach it."""

    api_version: Literal["networking.k8s.io/v1"]
    metadata: Metadata
    spec: PolicySpec


class Job(Part, frozen=True, tag_field="kind", tag=True):
    """Pods that end."""

    api_version: Literal["batch/v1"]
    metadata: Metadata
    spec: JobSpec


Object = PersistentVolumeClaim | Service | NetworkPolicy | Job
