"""The node tree of a glTF document, and what hangs on it."""

from collections.abc import Iterator

from plans.checking.gltf import Gltf
from plans.checking.report import Report
from plans.graph import find_cycle


def check_nodes(model: Gltf, report: Report) -> None:
    for where, what, index, count in references(model):
        if index is not None and index >= count:
            report.error("dangling", f"There is no {what} {index}.", where)
    parents = parents_of(model, report)
    if cycle := find_cycle({str(child): [str(parent)] for child, parent in parents.items()}):
        report.error("cycle", f"Nodes are their own ancestors: {' → '.join(cycle)}", f"nodes.{cycle[0]}")


Reference = tuple[str, str, int | None, int]
"""A place, what it names, the index that it gives, and how many there are."""


def references(model: Gltf) -> Iterator[Reference]:
    nodes, accessors = len(model.nodes), len(model.accessors)
    yield "scene", "scene", model.scene, len(model.scenes)
    for number, scene in enumerate(model.scenes):
        yield from ((f"scenes.{number}", "node", index, nodes) for index in scene.nodes)
    for number, node in enumerate(model.nodes):
        yield f"nodes.{number}", "mesh", node.mesh, len(model.meshes)
        yield f"nodes.{number}", "skin", node.skin, len(model.skins)
        yield f"nodes.{number}", "camera", node.camera, len(model.cameras)
        yield from ((f"nodes.{number}", "node", index, nodes) for index in node.children)
    for number, skin in enumerate(model.skins):
        yield f"skins.{number}", "node", skin.skeleton, nodes
        yield f"skins.{number}", "accessor", skin.inverseBindMatrices, accessors
        yield from ((f"skins.{number}", "node", index, nodes) for index in skin.joints)
    yield from animation_references(model)


def animation_references(model: Gltf) -> Iterator[Reference]:
    for number, animation in enumerate(model.animations):
        where = f"animations.{number}"
        for channel in animation.channels:
            yield where, "sampler", channel.sampler, len(animation.samplers)
            yield where, "node", channel.target.node, len(model.nodes)
        for sampler in animation.samplers:
            yield where, "accessor", sampler.input, len(model.accessors)
            yield where, "accessor", sampler.output, len(model.accessors)


def parents_of(model: Gltf, report: Report) -> dict[int, int]:
    """The parent of each node that has one; a second parent is told."""
    parents: dict[int, int] = {}
    for number, node in enumerate(model.nodes):
        for child in node.children:
            if parents.setdefault(child, number) != number:
                report.error("two_parents", f"Node {child} is a child of nodes {parents[child]} and {number}.")
    return parents
