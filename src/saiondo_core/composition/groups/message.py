"""The group `message`: what is said."""

from attrs import frozen

from saiondo_core.composition.ports import Ports
from saiondo_core.kernel.rights import Acting
from saiondo_core.messages.delete_message import DeleteMessageUseCase
from saiondo_core.messages.edit_message import EditMessageUseCase
from saiondo_core.messages.get_message import GetMessageUseCase
from saiondo_core.messages.import_messages import ImportMessagesUseCase
from saiondo_core.messages.list_revisions import ListRevisionsUseCase
from saiondo_core.messages.ports import SendHook
from saiondo_core.messages.react_to_message import ListReactionsUseCase, ReactUseCase, UnreactUseCase
from saiondo_core.messages.read_history import ReadHistoryUseCase
from saiondo_core.messages.search_messages import SearchMessagesUseCase
from saiondo_core.messages.send_message import SendMessageUseCase


@frozen(kw_only=True)
class MessageGroup:
    """What is said."""

    send: SendMessageUseCase
    search: SearchMessagesUseCase
    get: GetMessageUseCase
    history: ReadHistoryUseCase
    edit: EditMessageUseCase
    delete: DeleteMessageUseCase
    revisions: ListRevisionsUseCase
    react: ReactUseCase
    unreact: UnreactUseCase
    reactions: ListReactionsUseCase
    import_many: ImportMessagesUseCase


def make_message_group(ports: Ports, acting: Acting, hook: SendHook) -> MessageGroup:
    """The group over *ports*, for whoever *acting* says."""
    return MessageGroup(
        send=SendMessageUseCase(
            acting=acting,
            channels=ports.channels,
            messages=ports.messages,
            users=ports.users,
            hook=hook,
        ),
        search=SearchMessagesUseCase(
            acting=acting,
            channels=ports.channels,
            messages=ports.messages,
            search=ports.search,
        ),
        get=GetMessageUseCase(acting=acting, channels=ports.channels, messages=ports.messages),
        history=ReadHistoryUseCase(acting=acting, channels=ports.channels, messages=ports.messages),
        edit=EditMessageUseCase(
            acting=acting,
            channels=ports.channels,
            messages=ports.messages,
            users=ports.users,
            hook=hook,
        ),
        delete=DeleteMessageUseCase(acting=acting, channels=ports.channels, messages=ports.messages),
        revisions=ListRevisionsUseCase(acting=acting, channels=ports.channels, messages=ports.messages),
        react=ReactUseCase(acting=acting, channels=ports.channels, messages=ports.messages),
        unreact=UnreactUseCase(acting=acting, channels=ports.channels, messages=ports.messages),
        reactions=ListReactionsUseCase(acting=acting, channels=ports.channels, messages=ports.messages),
        import_many=ImportMessagesUseCase(
            acting=acting, channels=ports.channels, messages=ports.messages, users=ports.users
        ),
    )
