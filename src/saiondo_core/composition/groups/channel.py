"""The group `channel`: channels and who is in them."""

from attrs import frozen

from saiondo_core.channels.answer_invitation import DeclineInvitationUseCase, RevokeInvitationUseCase
from saiondo_core.channels.ban_member import BanMemberUseCase, UnbanMemberUseCase
from saiondo_core.channels.create_channel import CreateChannelUseCase
from saiondo_core.channels.delete_channel import DeleteChannelUseCase
from saiondo_core.channels.get_channel import GetChannelUseCase
from saiondo_core.channels.get_or_create_channel import GetOrCreateChannelUseCase
from saiondo_core.channels.invite_to_channel import InviteToChannelUseCase
from saiondo_core.channels.join_channel import JoinChannelUseCase
from saiondo_core.channels.leave_channel import LeaveChannelUseCase
from saiondo_core.channels.list_channels import ListChannelsUseCase
from saiondo_core.channels.list_members import ListMembersUseCase
from saiondo_core.channels.list_unread import ListUnreadUseCase
from saiondo_core.channels.mark_read import MarkReadUseCase
from saiondo_core.channels.mute_member import MuteMemberUseCase, UnmuteMemberUseCase
from saiondo_core.channels.remove_member import RemoveMemberUseCase
from saiondo_core.channels.transfer_ownership import TransferOwnershipUseCase
from saiondo_core.channels.update_channel import UpdateChannelUseCase
from saiondo_core.composition.ports import Ports
from saiondo_core.kernel.rights import Acting


@frozen(kw_only=True)
class ChannelGroup:
    """Channels and who is in them."""

    create: CreateChannelUseCase
    get_or_create: GetOrCreateChannelUseCase
    get: GetChannelUseCase
    list: ListChannelsUseCase
    update: UpdateChannelUseCase
    delete: DeleteChannelUseCase
    invite: InviteToChannelUseCase
    join: JoinChannelUseCase
    decline: DeclineInvitationUseCase
    revoke_invitation: RevokeInvitationUseCase
    leave: LeaveChannelUseCase
    members: ListMembersUseCase
    remove_member: RemoveMemberUseCase
    ban: BanMemberUseCase
    unban: UnbanMemberUseCase
    mute: MuteMemberUseCase
    unmute: UnmuteMemberUseCase
    transfer_ownership: TransferOwnershipUseCase
    mark_read: MarkReadUseCase
    unread: ListUnreadUseCase


def make_channel_group(ports: Ports, acting: Acting) -> ChannelGroup:
    """The group over *ports*, for whoever *acting* says."""
    return ChannelGroup(
        create=CreateChannelUseCase(acting=acting, channels=ports.channels, users=ports.users),
        get_or_create=GetOrCreateChannelUseCase(acting=acting, channels=ports.channels, users=ports.users),
        get=GetChannelUseCase(acting=acting, channels=ports.channels),
        list=ListChannelsUseCase(acting=acting, channels=ports.channels),
        update=UpdateChannelUseCase(acting=acting, channels=ports.channels),
        delete=DeleteChannelUseCase(acting=acting, channels=ports.channels),
        invite=InviteToChannelUseCase(acting=acting, channels=ports.channels, users=ports.users, secrets=ports.secrets),
        join=JoinChannelUseCase(acting=acting, channels=ports.channels, users=ports.users, limiter=ports.limiter),
        decline=DeclineInvitationUseCase(acting=acting, channels=ports.channels),
        revoke_invitation=RevokeInvitationUseCase(acting=acting, channels=ports.channels),
        leave=LeaveChannelUseCase(acting=acting, channels=ports.channels),
        members=ListMembersUseCase(acting=acting, channels=ports.channels),
        remove_member=RemoveMemberUseCase(acting=acting, channels=ports.channels),
        ban=BanMemberUseCase(acting=acting, channels=ports.channels, users=ports.users),
        unban=UnbanMemberUseCase(acting=acting, channels=ports.channels),
        mute=MuteMemberUseCase(acting=acting, channels=ports.channels),
        unmute=UnmuteMemberUseCase(acting=acting, channels=ports.channels),
        transfer_ownership=TransferOwnershipUseCase(acting=acting, channels=ports.channels, users=ports.users),
        mark_read=MarkReadUseCase(acting=acting, channels=ports.channels),
        unread=ListUnreadUseCase(acting=acting, channels=ports.channels),
    )
