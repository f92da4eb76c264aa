"""Django's development server: daphne's, with the sockets of `serve --server daphne`."""

from daphne.management.commands.runserver import Command as DaphneCommand

from gamedev_gateway.servers.daphne import Server


class Command(DaphneCommand):
    server_cls = Server
