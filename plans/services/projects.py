"""Projects and their people."""

import re
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import IntegrityError, transaction
from django.utils.text import slugify

from gamedev_gateway.core.actors import Actor
from gamedev_gateway.core.errors import Conflict, InvalidInput
from plans.artifact_files import forget_uploads_later
from plans.brief import Brief
from plans.errors import AgentsDoNotDecide, LastOwner
from plans.models import Membership, Project, Role
from realtime import doorbell, event_types
from realtime.models import Stream
from realtime.publishing import project_stream, publish


class SlugTaken(Conflict):
    code = "id_taken"

    def __init__(self, slug: str) -> None:
        super().__init__(f"The id {slug!r} is taken; choose another.", errors={"id": ["This id is taken."]})


@transaction.atomic
def create_project(
    *, name: str, brief: Brief, actor: Actor, owner: Any, id: str | None = None, description: str = ""
) -> Project:
    """A new project in draft, owned by `owner`. Without an id it gets one made from the name."""
    slug = id or free_slug(name)
    values = {"name": name, "description": description, "brief": brief.model_dump(mode="json")}
    try:
        with transaction.atomic():
            project = Project.objects.create(id=slug, **values)
    except IntegrityError as error:
        raise SlugTaken(slug) from error
    Membership.objects.create(project=project, user_id=owner.pk, role=Role.OWNER)
    Stream.objects.get_or_create(name=project_stream(slug))
    told = event_types.Project(action="created", changes={**values, "status": project.status})
    publish(slug, told, actor=actor)
    return project


def free_slug(name: str) -> str:
    """A slug made from a name in any script; numbered when it is taken."""
    base = "-".join(filter(None, re.split("[-_]+", slugify(name)[:50]))) or "project"
    taken = set(Project.objects.filter(pk__startswith=base).values_list("pk", flat=True))
    return next(
        slug
        for number in range(1, len(taken) + 2)
        if (slug := base if number == 1 else f"{base}-{number}") not in taken
    )


@transaction.atomic
def update_project(project: Project, changes: dict[str, Any], *, actor: Actor) -> Project:
    """Change name, description or brief. What stays the same is no change, and tells nobody."""
    project = project.lock()
    changed = {field: value for field, value in changes.items() if getattr(project, field) != value}
    if not changed:
        return project
    for field, value in changed.items():
        setattr(project, field, value)
    project.revision += 1
    project.save()
    publish(project.pk, event_types.Project(action="updated", changes=changed), actor=actor)
    return project


@transaction.atomic
def delete_project(project: Project, *, actor: Actor) -> None:
    """Delete a project with everything in it, its log too. Its sockets are told and closed."""
    if actor.is_agent:
        raise AgentsDoNotDecide("delete a project")
    stream = project_stream(project.pk)
    uploads = list(project.artifacts.exclude(file="").values_list("file", flat=True))
    forget_uploads_later(project.pk, uploads)
    project.lock().delete()
    Stream.objects.filter(name=stream).delete()
    transaction.on_commit(lambda: doorbell.notify(stream, {"type": "access.changed"}), robust=True)


@transaction.atomic
def activate_project(project: Project, *, actor: Actor) -> Project:
    """Make this the project that its owner works on now; the other projects of this owner come to rest."""
    owned = Project.objects.filter(memberships__user_id=actor.user_id, memberships__role=Role.OWNER)
    resting = list(owned.filter(active=True).exclude(pk=project.pk).select_for_update())
    project = project.lock()
    for other in resting:
        set_active(other, False, actor)
    if not project.active:
        set_active(project, True, actor)
    return project


def set_active(project: Project, active: bool, actor: Actor) -> None:
    project.active = active
    project.save(update_fields=["active", "updated_at"])
    action = "activated" if active else "deactivated"
    publish(project.pk, event_types.Project(action=action, changes={"active": active}), actor=actor)


@transaction.atomic
def set_member(project: Project, user: AbstractBaseUser, role: str, *, actor: Actor) -> Membership:
    """Let a person in, or give a member another role."""
    check_person(actor)
    project = project.lock()
    member, created = Membership.objects.get_or_create(project=project, user_id=user.pk, defaults={"role": role})
    if not created and member.role == role:
        return member
    if not created:
        check_an_owner_stays(member, role)
        member.role = role
        member.revision += 1
        member.save()
    announce_member(member, role, actor)
    return member


@transaction.atomic
def add_member(project: Project, user: AbstractBaseUser, role: str, *, actor: Actor) -> Membership:
    check_person(actor)
    if project.memberships.filter(user_id=user.pk).exists():
        raise InvalidInput({"user": [f"{user.get_username()} is a member already."]})
    return set_member(project, user, role, actor=actor)


def give_ownerless(user: AbstractBaseUser) -> int:
    """Make a person the owner of the projects that nobody is in. Gives how many. As with a new project, no event tells it."""
    ownerless = Project.objects.filter(memberships=None)
    new = [Membership(project=project, user_id=user.pk, role=Role.OWNER) for project in ownerless]
    return len(Membership.objects.bulk_create(new))


@transaction.atomic
def remove_member(member: Membership, *, actor: Actor) -> None:
    check_person(actor)
    member.project.lock()
    check_an_owner_stays(member, None)
    announce_member(member, None, actor)
    member.delete()


def check_person(actor: Actor) -> None:
    if actor.is_agent:
        raise AgentsDoNotDecide("change members")


def check_an_owner_stays(member: Membership, role: str | None) -> None:
    others = member.project.memberships.filter(role=Role.OWNER).exclude(pk=member.pk)
    if member.role == Role.OWNER and role != Role.OWNER and not others.exists():
        raise LastOwner


def announce_member(member: Membership, role: Any, actor: Actor) -> None:
    """Open sockets need no further word: a stream is held back at this event until it is known who may still see it."""
    publish(member.project_id, event_types.MemberChanged(user=member.user.get_username(), role=role), actor=actor)
