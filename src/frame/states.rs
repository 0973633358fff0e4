//! Frames of how things stood when the export was made: rules, mailboxes, permissions, grants, apps, methods, devices, users, policies.

use super::column::{column_code, column_types, frame};

frame! {
    /// Inbox and sweep rules (`Get-InboxRule`, Graph messageRules, collectors).
    RuleStates / RuleState, RuleStateRow {
        /// Lower-case mailbox owner UPN, or the recorded owner text.
        mailbox: Text,
        /// Rule name, may be empty.
        name: Text,
        /// Rule id as unsigned decimal text where it is a number.
        rule_id: Text,
        /// Rule is on.
        enabled: Flag,
        /// Hidden rule (only listed with `-IncludeHidden`).
        hidden: Flag,
        /// `forwardTo`, `;`-joined addresses as recorded.
        forward_to: Text,
        /// `forwardAsAttachmentTo`, `;`-joined.
        forward_attachment_to: Text,
        /// `redirectTo`, `;`-joined.
        redirect_to: Text,
        /// Folder it moves to.
        move_to: Text,
        /// Folder it copies to.
        copy_to: Text,
        /// Deletes (also soft or permanent).
        delete: Flag,
        /// Marks as read.
        mark_read: Flag,
        /// Stops other rules.
        stop: Flag,
        /// Conditions as compact JSON object name → list of words or addresses.
        conditions: Text,
        /// Description as recorded.
        description: Text,
    }
}

frame! {
    /// Mailboxes (`Get-Mailbox`, `Get-EXOMailbox`, forwarding reports).
    MailboxStates / MailboxState, MailboxStateRow {
        /// Lower-case UPN, else primary address.
        mailbox: Text,
        /// Entra object id.
        account_id: Text,
        /// Mailbox guid.
        mailbox_id: Text,
        /// Display name.
        display_name: Text,
        /// `UserMailbox`, `SharedMailbox`, `RoomMailbox` …
        kind: Text,
        /// Primary SMTP address, lower case.
        primary_address: Text,
        /// All addresses, `;`-joined, lower case, without prefix.
        aliases: Text,
        /// `ForwardingSmtpAddress` without `smtp:`, empty = none, null = not exported.
        forwarding_smtp: Text,
        /// `ForwardingAddress` as recorded.
        forwarding_address: Text,
        /// A copy stays in the mailbox.
        deliver_and_forward: Flag,
        /// `GrantSendOnBehalfTo`, `;`-joined.
        send_on_behalf: Text,
        /// Mailbox auditing is on.
        audit_enabled: Flag,
        /// Audit bypass association is on: what this account does in any mailbox is not recorded.
        audit_bypass: Flag,
        /// Actions recorded for owner, delegate and administrator, `;`-joined with the logon before each (`owner:MailItemsAccessed`).
        audit_actions: Text,
        /// Client protocols that are on, `;`-joined (`imap;pop;smtp`), of those that the export names.
        protocols: Text,
        /// Automatic replies: `Disabled`, `Enabled`, `Scheduled`.
        auto_reply: Text,
        /// Hidden from address lists.
        hidden: Flag,
        /// Created.
        created: Time,
        /// Last changed.
        changed: Time,
    }
}

frame! {
    /// Mailbox, recipient and folder permissions; one row per right.
    PermissionStates / PermissionState, PermissionStateRow {
        /// Mailbox: lower-case UPN or recorded identity.
        mailbox: Text,
        /// Who holds the right; null when the export lists the mailbox and nobody holds any.
        trustee: Text,
        /// `FullAccess`, `SendAs`, `SendOnBehalf` or `folder:<right>`.
        right: Text,
        /// Folder, for folder permissions.
        folder: Text,
        /// Denied rather than granted.
        deny: Flag,
        /// Inherited rather than set here.
        inherited: Flag,
    }
}

frame! {
    /// Delegated grants and application permissions; one row per grant or assignment.
    GrantStates / GrantState, GrantStateRow {
        /// Grant or assignment id.
        grant_id: Text,
        /// `delegated`, `application`, or `assignment` (a user or group may use the application; no permission is granted).
        kind: Text,
        /// Object id of the client's service principal.
        client_id: Text,
        /// Application id, where the export has it or the service-principal list resolves it.
        app_id: Text,
        /// Application name.
        app: Text,
        /// `Principal` or `AllPrincipals`; application permissions: `Application`.
        consent_type: Text,
        /// Object id of the consenting user.
        principal_id: Text,
        /// Lower-case UPN of the consenting user.
        account: Text,
        /// Resource object id.
        resource_id: Text,
        /// Resource name.
        resource: Text,
        /// Scopes or role values, blank-joined.
        scope: Text,
        /// When granted; most exports do not carry it.
        created: Time,
    }
}

frame! {
    /// Service principals and applications.
    AppStates / AppState, AppStateRow {
        /// `service-principal`, `application`, or `activity`: a report of its use, which says nothing about whether it is still there.
        kind: Text,
        /// Object id.
        object_id: Text,
        /// Application id, lower case.
        app_id: Text,
        /// Display name.
        name: Text,
        /// Owner tenant.
        owner_tenant: Text,
        /// Publisher name.
        publisher: Text,
        /// Verified publisher, empty = not verified.
        verified_publisher: Text,
        /// Reply URLs, blank-joined.
        reply_urls: Text,
        /// Enabled.
        enabled: Flag,
        /// Created.
        created: Time,
        /// Credentials as compact JSON `[{"kind","key_id","name","start","end"}]`.
        credentials: Text,
        /// Owners, `;`-joined.
        owners: Text,
        /// Last sign-in of or through the application.
        last_used: Time,
    }
}

frame! {
    /// Authentication methods, one row per registered method.
    MethodStates / MethodState, MethodStateRow {
        /// Lower-case UPN or owner id.
        account: Text,
        /// Entra object id of the owner.
        account_id: Text,
        /// `phone`, `microsoftAuthenticator`, `fido2`, `softwareOath`, `email`, `windowsHelloForBusiness`, `temporaryAccessPass`, `password` …
        method: Text,
        /// Method id.
        method_id: Text,
        /// Phone number, device name or e-mail address as recorded.
        detail: Text,
        /// Registered; null for most methods.
        created: Time,
    }
}

frame! {
    /// Entra devices and Exchange mobile devices.
    DeviceStates / DeviceState, DeviceStateRow {
        /// `entra`, `intune` or `mobile` (Exchange).
        kind: Text,
        /// Device id.
        device_id: Text,
        /// Object id.
        object_id: Text,
        /// Display name.
        name: Text,
        /// Owner: lower-case UPN or name.
        account: Text,
        /// Operating system.
        os: Text,
        /// Version.
        os_version: Text,
        /// `Workplace`, `AzureAd`, `ServerAd`.
        trust_type: Text,
        /// Enabled.
        enabled: Flag,
        /// Compliant.
        compliant: Flag,
        /// Managed.
        managed: Flag,
        /// Registered.
        registered: Time,
        /// Last sign-in.
        last_seen: Time,
        /// User agent of the mail client.
        user_agent: Text,
    }
}

frame! {
    /// Users and role holders.
    UserStates / UserState, UserStateRow {
        /// Lower-case UPN.
        account: Text,
        /// Entra object id.
        account_id: Text,
        /// Display name.
        display_name: Text,
        /// `Member`, `Guest`.
        user_type: Text,
        /// Enabled.
        enabled: Flag,
        /// Created.
        created: Time,
        /// Last password change.
        password_changed: Time,
        /// Sessions and refresh tokens from before this moment are void.
        sessions_valid_from: Time,
        /// Last interactive sign-in.
        last_sign_in: Time,
        /// Last non-interactive sign-in.
        last_silent_sign_in: Time,
        /// Synchronised from a local directory.
        synced: Flag,
        /// How a guest came: `PendingAcceptance`, `Accepted`.
        invitation: Text,
        /// Addresses, `;`-joined, lower case.
        aliases: Text,
        /// Directory roles held, `;`-joined (role exports).
        roles: Text,
        /// MFA methods registered, `;`-joined (registration reports).
        methods: Text,
        /// Department or job title, for service-account recognition.
        department: Text,
        /// Registered for MFA (registration reports).
        mfa_registered: Flag,
    }
}

frame! {
    /// Settings of the tenant: Conditional Access, mail flow, organisation and audit settings, domains, external access, eDiscovery.
    PolicyStates / PolicyState, PolicyStateRow {
        /// `conditional-access`, `named-location`, `security-defaults`, `authentication-methods`, `authorization`, `consent-policy`, `cross-tenant-access`, `domain`, `federation`,
        /// `transport-rule`, `inbound-connector`, `outbound-connector`, `journal-rule`, `remote-domain`, `outbound-spam`, `organisation`, `audit`,
        /// `audit-retention`, `authentication-policy`, `transport-config`, `teams-access`, `sharing`, `ediscovery-case`, `ediscovery-search`, `licence`.
        kind: Text,
        /// Policy id.
        policy_id: Text,
        /// Name.
        name: Text,
        /// `enabled`, `disabled`, `report-only`; of a setting with one decisive value, that value.
        state: Text,
        /// Created.
        created: Time,
        /// Modified.
        modified: Time,
        /// The policy as compact JSON.
        body: Text,
    }
}

frame! {
    /// Members and owners of groups, roles and administrative units; one row per member.
    MemberStates / MemberState, MemberStateRow {
        /// `group`, `directory-role`, `exchange-role` or `administrative-unit`.
        kind: Text,
        /// Id of the group, role or unit.
        group_id: Text,
        /// Its name.
        group: Text,
        /// The member: lower-case UPN, else the name as recorded. Null when only the group is listed, empty when it is known to have no member.
        member: Text,
        /// Object id of the member.
        member_id: Text,
        /// `user`, `group`, `servicePrincipal` …
        member_kind: Text,
        /// `member`, `owner`, `eligible` (may take the role on), `active` (has taken it on).
        relation: Text,
        /// Directory scope of a role: `/` = the whole tenant.
        scope: Text,
        /// Rule of a dynamic group.
        rule: Text,
        /// Begins, or the group was created.
        created: Time,
        /// Ends.
        ends: Time,
    }
}

frame! {
    /// Flows, apps and connections of Power Automate and Power Apps.
    FlowStates / FlowState, FlowStateRow {
        /// `flow`, `app`, `connection` or `share` (somebody holds a role on a flow or app).
        kind: Text,
        /// Id of the flow, app or connection.
        flow_id: Text,
        /// Display name.
        name: Text,
        /// Environment.
        environment: Text,
        /// Maker or owner; of a share, who holds the role. Lower-case UPN where there is one.
        account: Text,
        /// Entra object id of that account.
        account_id: Text,
        /// On.
        enabled: Flag,
        /// Connectors, `;`-joined (`shared_office365;shared_gmail`).
        connectors: Text,
        /// Trigger and actions, `;`-joined; of a share, the role.
        steps: Text,
        /// Created.
        created: Time,
        /// Last modified.
        modified: Time,
    }
}
