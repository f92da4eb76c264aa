"""The first version's way: FastAPI, one insert and commit an event, then a loop over the room's sockets.

uvicorn fastapi_loop:app, in benchmarks/.venv. From the environment: DATABASE (a path), TOKEN, and how many events to begin with, PREFILL.
"""

import asyncio
import hashlib
import json
import os
import uuid
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import FastAPI, Header, HTTPException, WebSocket, WebSocketDisconnect
from sqlalchemy import func
from sqlmodel import Field, Session, SQLModel, create_engine, select

app = FastAPI()
engine = create_engine(f"sqlite:///{os.environ['DATABASE']}", connect_args={"check_same_thread": False})
rooms: dict[str, set[WebSocket]] = {}
saying: set[asyncio.Task[None]] = set()


class EventLog(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    project_id: str = Field(index=True)
    event_type: str
    payload_json: str
    uuid: str = Field(default_factory=lambda: str(uuid.uuid4()))
    created_at: datetime = Field(default_factory=lambda: datetime.now(UTC))


class Token(SQLModel, table=True):
    digest: str = Field(primary_key=True)
    name: str


def digest_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


SQLModel.metadata.create_all(engine)
with Session(engine) as session:
    session.add(Token(digest=digest_of(os.environ["TOKEN"]), name="bench"))
    text = json.dumps({"text": "prefilled: the hero runs, jumps and lands on the next island", "data": {}})
    prefilled = range(int(os.environ.get("PREFILL", "0")))
    session.add_all(EventLog(project_id="bench-0", event_type="update", payload_json=text) for _ in prefilled)
    session.commit()


def name_of(authorization: str) -> str | None:
    with Session(engine) as session:
        found = session.get(Token, digest_of(authorization.removeprefix("Bearer ")))
        return found.name if found else None


def frame(row: EventLog, name: str) -> dict[str, Any]:
    return {
        "stream": f"project:{row.project_id}",
        "prev": row.id - 1,
        "type": row.event_type,
        "seq": row.id,
        "cursor": f"{row.id}-{row.uuid[:8]}",
        "id": row.uuid,
        "project_id": row.project_id,
        "task_id": None,
        "task_code": None,
        "payload": json.loads(row.payload_json),
        "actor": {"kind": "user", "id": "1", "name": name},
        "correlation_id": row.uuid,
        "causation_id": None,
        "timestamp": row.created_at.isoformat(),
    }


async def publish(project_id: str, event_type: str, payload: dict[str, Any], name: str) -> dict[str, Any]:
    with Session(engine) as session:
        row = EventLog(project_id=project_id, event_type=event_type, payload_json=json.dumps({**payload, "data": {}}))
        session.add(row)
        session.commit()
        session.refresh(row)
        event = frame(row, name)
    for socket in list(rooms.get(event["stream"], ())):
        await socket.send_json(event)
    return event


@app.post("/api/v1/projects/{project_id}/events/", status_code=201)
async def post_event(
    project_id: str, event: dict[str, Any], authorization: Annotated[str, Header()] = ""
) -> dict[str, Any]:
    name = name_of(authorization)
    if name is None:
        raise HTTPException(401)
    return await publish(project_id, event["type"], event["payload"], name)


@app.get("/bench/count")
def count(stream: str) -> dict[str, int | None]:
    with Session(engine) as session:
        rows = select(func.count(EventLog.id), func.min(EventLog.id), func.max(EventLog.id))
        found = session.exec(rows.where(EventLog.project_id == stream.removeprefix("project:"))).one()
    return dict(zip(("count", "min", "max"), found, strict=True))


@app.post("/bench/tokens", status_code=202)
async def begin_tokens(stream: str, count: int, text: str, store: bool = False) -> dict[str, str]:
    task = asyncio.create_task(say_tokens(stream, count, text, store))
    saying.add(task)
    task.add_done_callback(saying.discard)
    return {"stream": stream}


async def say_tokens(stream: str, count: int, text: str, store: bool) -> None:
    """Each token to each socket as it comes; with `store`, after an insert and a commit, as events are."""
    digest, length = hashlib.sha256(text.encode() * count).hexdigest(), len(text.encode())
    about = {"stream": stream, "document_id": 1, "section_id": 1, "draft": 1}
    await send_to_all({"type": "section_start", **about, "idx": 0, "heading": "A section", "sections_total": 1})
    for number in range(count):
        start, end = number * length, (number + 1) * length
        chunk = {"type": "section_chunk", **about, "start": start, "end": end, "text": text, "cursor": f"1.{end}"}
        if store:
            keep(stream, text)
        await send_to_all(chunk)
    await send_to_all({"type": "section_end", **about, "length": length * count, "sha256": digest, "status": "done"})
    await send_to_all({"type": "document_end", "stream": stream, "document_id": 1, "status": "ready"})


def keep(stream: str, text: str) -> None:
    with Session(engine) as session:
        session.add(EventLog(project_id=stream, event_type="token", payload_json=json.dumps({"text": text})))
        session.commit()


async def send_to_all(frame: dict[str, Any]) -> None:
    for socket in list(rooms.get(frame["stream"], ())):
        await socket.send_json(frame)


@app.websocket("/ws/")
async def socket(websocket: WebSocket) -> None:
    name = name_of(websocket.headers.get("authorization", ""))
    await websocket.accept()
    if name is None:
        await websocket.close(4401)
        return
    await websocket.send_json({"type": "welcome", "user": name})
    try:
        while True:
            command = await websocket.receive_json()
            if command["command"] == "publish":
                event = await publish(command["project_id"], command["type"], command["payload"], name)
                await websocket.send_json({"type": "published", "reply_to": command["id"], "seq": event["seq"]})
            else:
                await subscribe(websocket, command, name)
    except WebSocketDisconnect:
        for sockets in rooms.values():
            sockets.discard(websocket)


async def subscribe(websocket: WebSocket, command: dict[str, Any], name: str) -> None:
    stream = command["stream"]
    with Session(engine) as session:
        of_project = select(EventLog).where(EventLog.project_id == stream.removeprefix("project:"))
        last = session.exec(of_project.order_by(EventLog.id.desc()).limit(1)).first()
        missed = session.exec(of_project.where(EventLog.id > command["after"])).all() if "after" in command else []
    rooms.setdefault(stream, set()).add(websocket)
    told = {"type": "subscribed", "reply_to": command["id"], "stream": stream, "seq": last.id if last else 0}
    await websocket.send_json(told)
    for row in missed:
        await websocket.send_json(frame(row, name))
