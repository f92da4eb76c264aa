"""A program that looks like an MCP server over stdio until it is asked for a tool; what it does then is its argument."""

import json
import sys
import time

TOOL = {"name": "speak", "inputSchema": {"type": "object"}, "outputSchema": {"type": "object", "required": ["word"]}}


def say(id, **more):
    sys.stdout.write(json.dumps({"jsonrpc": "2.0", "id": id, **more}) + "\n")
    sys.stdout.flush()


def misbehave(how, id):
    if how == "endless line":
        while True:
            sys.stdout.write("x" * 65536)
    elif how == "no json":
        sys.stdout.write("<html>502 Bad Gateway</html>\n")
        sys.stdout.flush()
        time.sleep(60)
    elif how == "wrong shape":
        say(id, result={"content": "words"})
    elif how == "other shape than said":
        say(id, result={"content": [], "structuredContent": {"number": 1}})
    elif how == "inner error":
        say(id, error={"code": -32603, "message": "null pointer"})
    elif how == "wrong call":
        say(id, error={"code": -32602, "message": "no such bone"})
    elif how == "last words":
        sys.exit("The licence has run out.")


for line in sys.stdin:
    request = json.loads(line)
    if request.get("method") == "initialize":
        info = {"name": "babbler", "version": "1"}
        protocol = request["params"]["protocolVersion"]
        say(request["id"], result={"protocolVersion": protocol, "capabilities": {"tools": {}}, "serverInfo": info})
    elif request.get("method") == "tools/list":
        say(request["id"], result={"tools": [TOOL]})
    elif request.get("method") == "tools/call":
        misbehave(sys.argv[1], request["id"])
    elif "id" in request:
        say(request["id"], error={"code": -32601, "message": "Method not found"})
