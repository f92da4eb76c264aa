"""Projects in the admin: made, edited, peopled and deleted through the services."""

from gamedev_gateway.core.actors import Actor
from plans import services
from plans.models import Membership, Project, Role
from tests.admin.conftest import events_of, told

URL = "/admin/plans/project/pixel-jumper/change/"


def filled(client, **changed):
    """The page as a browser sends it back, with some fields typed anew."""
    page = client.get(URL)
    form = page.context["adminform"].form
    data = {name: form[name].field.prepare_value(form[name].value()) for name in form.fields}
    members = page.context["inline_admin_formsets"][0].formset
    data |= {f"{members.prefix}-{name}": value for name, value in members.management_form.initial.items()}
    for index, row in enumerate(members.forms):
        data |= {
            f"{members.prefix}-{index}-{name}": value
            for name, value in {"id": row.instance.pk, "project": "pixel-jumper", "role": row.instance.role}.items()
        }
    sent = {name: "" if value is None else value for name, value in {**data, **changed}.items()}
    return client.post(URL, sent, follow=True)


def test_the_brief_is_edited_field_by_field_as_one_event(alice_admin, project):
    before = len(events_of(project))
    filled(alice_admin, mechanics="dash\r\n\r\n glide ", kpis="day_1_retention: 0.4\r\nmood: calm: very")
    event, *others = events_of(project)[before:]
    assert (event.type, others) == ("project", [])
    brief = Project.objects.get().parsed_brief
    assert brief.mechanics == ["dash", "glide"]
    assert brief.kpis == {"day_1_retention": 0.4, "mood": "calm: very"}
    assert brief.pitch == project.parsed_brief.pitch


def test_saving_what_is_there_publishes_nothing(alice_admin, project):
    before = len(events_of(project))
    assert told(filled(alice_admin)) == ["Pixel Jumper is saved."]
    assert len(events_of(project)) == before


def test_a_wrong_line_is_told_where_it_was_typed(alice_admin, project):
    page = filled(alice_admin, kpis="no value at all").content.decode()
    assert "this is none: no value at all" in page


def test_an_edit_of_what_somebody_else_edited_is_refused_and_kept(alice_admin, project, bob):
    services.update_project(project, {"name": "Bob's"}, actor=Actor.person(bob))
    page = filled(alice_admin, seen_revision=1, name="Alice's").content.decode()
    assert "Somebody edited this project while you did" in page
    assert "Alice&#x27;s" in page
    assert Project.objects.get().name == "Bob's"


def test_making_a_project_makes_its_owner(charlie_admin, charlie):
    data = {"name": "Night Garden", "id": "", "genre": "puzzle", "mechanics": "plant"}
    answer = charlie_admin.post("/admin/plans/project/add/", data, follow=True)
    made = Project.objects.get()
    assert answer.redirect_chain[-1][0] == "/admin/plans/project/night-garden/change/"
    assert made.role_of(charlie) == Role.OWNER
    assert [event.type for event in events_of(made)] == ["project"]


def test_a_taken_id_is_told(alice_admin, project):
    page = alice_admin.post("/admin/plans/project/add/", {"name": "x", "id": "pixel-jumper"}).content.decode()
    assert "already exists" in page


def test_members_join_change_and_leave_through_the_services(alice_admin, project, bob):
    joined = {"memberships-TOTAL_FORMS": 2, "memberships-1-username": "bob", "memberships-1-role": "viewer"}
    filled(alice_admin, **joined)
    assert project.role_of(bob) == Role.VIEWER
    filled(alice_admin, **{"memberships-1-role": "editor"})
    assert project.role_of(bob) == Role.EDITOR
    filled(alice_admin, **{"memberships-1-DELETE": "on"})
    assert project.role_of(bob) is None
    types = [event.type for event in events_of(project)]
    assert types.count("member.changed") == 3


def test_an_owner_stays(alice_admin, alice, project):
    answer = filled(alice_admin, **{"memberships-0-role": "viewer"})
    assert "A project needs an owner" in told(answer)[0]
    assert project.role_of(alice) == Role.OWNER


def test_the_project_is_handed_over_in_one_go(alice_admin, alice, bob, project):
    joined = {"memberships-TOTAL_FORMS": 2, "memberships-1-username": "bob", "memberships-1-role": "owner"}
    filled(alice_admin, **{"memberships-0-role": "editor", **joined})
    assert (project.role_of(alice), project.role_of(bob)) == (Role.EDITOR, Role.OWNER)


def test_nobody_joins_who_does_not_exist(alice_admin, project):
    joined = {"memberships-TOTAL_FORMS": 2, "memberships-1-username": "nobody", "memberships-1-role": "owner"}
    assert "no active user of this name" in filled(alice_admin, **joined).content.decode()


def test_an_editor_edits_but_does_not_say_who_belongs(bob_admin, alice, project):
    filled(bob_admin, name="Renamed", **{"memberships-0-DELETE": "on"})
    assert Project.objects.get().name == "Renamed"
    assert Membership.objects.filter(project=project).count() == 2
    assert bob_admin.post("/admin/plans/project/pixel-jumper/delete/", {"post": "yes"}).status_code == 403


def test_a_viewer_reads(vera_admin, project):
    page = vera_admin.get(URL)
    assert "platformer" in page.content.decode()
    assert 'name="_save"' not in page.content.decode()
    assert vera_admin.post(URL, {"name": "x"}).status_code == 403


def test_a_stranger_sees_nothing(charlie_admin, project):
    assert charlie_admin.get(URL).status_code in (302, 404)
    assert "Pixel Jumper" not in charlie_admin.get("/admin/plans/project/").content.decode()


def test_a_superuser_sees_every_project(admin_client, project):
    assert admin_client.get(URL).status_code == 200


def test_deleting_goes_through_the_service(alice_admin, accepted):
    confirm = alice_admin.get("/admin/plans/project/pixel-jumper/delete/").content.decode()
    assert "with its plans, tasks, contexts and log" in confirm
    alice_admin.post("/admin/plans/project/pixel-jumper/delete/", {"post": "yes"})
    assert not Project.objects.exists()


def test_the_state_is_told_at_a_glance(alice_admin, accepted):
    page = alice_admin.get(URL).content.decode()
    assert "T-001 is the only task that is ready" in page
    assert "0 of 3 tasks done" in page
    assert "accepted plan v1" in page
    assert "waits for T-001" in page


def test_a_plan_is_generated_at_the_press_of_a_button(bob_admin, project):
    answer = bob_admin.post("/admin/plans/project/pixel-jumper/generate/", {"instructions": ""}, follow=True)
    plan = project.plans.get()
    assert answer.redirect_chain[-1][0] == f"/admin/plans/taskplan/{plan.pk}/change/"


def test_what_the_brief_lacks_is_told(charlie_admin, charlie):
    charlie_admin.post("/admin/plans/project/add/", {"name": "Bare"})
    page = charlie_admin.post("/admin/plans/project/bare/generate/", {"instructions": ""}).content.decode()
    assert "The brief is not complete" in page
    for name in ("pitch", "genre", "mechanics", "visual_style"):
        assert page.count(f'href="/admin/plans/project/bare/change/#id_{name}"') == 1
    assert "visual style" in page
    assert "brief." not in page


def test_a_project_is_made_the_one_worked_on(alice_admin, project):
    alice_admin.post("/admin/plans/project/pixel-jumper/activate/")
    assert Project.objects.get().active


def test_an_owner_says_who_must_agree_and_what_models_may_use(alice_admin, project, bob):
    services.set_member(project, bob, Role.EDITOR, actor=Actor.person(bob))
    filled(alice_admin, roles=["editor"], approvals=1, tokens_per_day=5_000)
    stored = Project.objects.get()
    assert (stored.rule.roles, stored.rule.approvals, stored.tokens_per_day) == (["editor"], 1, 5_000)
    assert "1 approval by an editor" in alice_admin.get(URL).content.decode()


def test_more_approvals_than_people_are_refused_and_what_was_typed_is_kept(alice_admin, project):
    answer = filled(alice_admin, approvals=3, description="Typed with care")
    assert "Only 1 here has such a role" in answer.content.decode()
    assert "Typed with care" in answer.content.decode()
    assert Project.objects.get().description == ""


def test_an_editor_does_not_say_who_must_agree(bob_admin, project):
    filled(bob_admin, name="Renamed", roles=["editor"], approvals=1, tokens_per_day=1)
    stored = Project.objects.get()
    assert (stored.name, stored.consensus, stored.tokens_per_day) == ("Renamed", {}, None)
