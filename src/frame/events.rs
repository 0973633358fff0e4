//! Frames of things that happened: sign-ins, audit events, mail access, risk.

use super::column::{column_code, column_types, frame};

frame! {
    /// Entra sign-ins of all streams, and the logons of the unified audit log (`feed` tells them apart).
    SignIns / SignIn, SignInRow {
        /// When (`createdDateTime`, `CreationTime`).
        time: Time,
        /// Lower-case UPN; for service principals `sp:<object id>`. Resolved through the identity table.
        account: Text,
        /// Entra object id.
        account_id: Text,
        /// Display name as recorded.
        display_name: Text,
        /// `member`, `guest`.
        user_type: Text,
        /// `interactive`, `non-interactive`, `service-principal`, `managed-identity` or `unknown`.
        stream: Text,
        /// `entra` or `ual`.
        feed: Text,
        /// Client application id, lower case.
        app_id: Text,
        /// Client application name.
        app: Text,
        /// Owner tenant of the client application.
        app_owner: Text,
        /// Resource application id, lower case.
        resource_id: Text,
        /// Resource name.
        resource: Text,
        /// Service principal object id (service-principal streams).
        principal_id: Text,
        /// Key id of the credential that a service principal used.
        credential_id: Text,
        /// Canonical client address, without port; null when the record has none.
        address: Text,
        /// Autonomous system number: the record's own when it has one, else by table (enrichment).
        asn: Int,
        /// ISO 3166-1 alpha-2, upper case: the record's own, else by table (enrichment).
        country: Text,
        /// City as recorded.
        city: Text,
        /// Degrees.
        latitude: Real,
        /// Degrees.
        longitude: Real,
        /// AADSTS code; 0 = token issued. Meaning: `codes::outcome`.
        error_code: Int,
        /// Failure text as recorded (`failureReason`, `LogonError`).
        failure: Text,
        /// User agent as recorded.
        user_agent: Text,
        /// User-agent family: `chrome`, `edge`, `outlook`, `python-requests` … (enrichment).
        agent_family: Text,
        /// `clientAppUsed`, lower case: `browser`, `mobile apps and desktop clients`, `imap4` …
        client_app: Text,
        /// `authenticationProtocol`, lower case: `oauth2`, `ropc`, `devicecode` …
        protocol: Text,
        /// `originalTransferMethod`, lower case: `none`, `devicecodeflow` …
        transfer_method: Text,
        /// `incomingTokenType`, lower case, comma-joined.
        incoming_token: Text,
        /// Unique token identifier; the all-zero placeholder is null.
        token_id: Text,
        /// Entra session id.
        session_id: Text,
        /// Correlation id.
        correlation_id: Text,
        /// `singlefactorauthentication` or `multifactorauthentication`.
        requirement: Text,
        /// Method of the last MFA step, as recorded (`Mobile app notification` …).
        mfa_method: Text,
        /// Result text of the last MFA step (`MFA denied; user declined the authentication` …), or the status' additional details.
        mfa_detail: Text,
        /// `authenticationDetails` as compact JSON.
        auth_steps: Text,
        /// Entra device id.
        device_id: Text,
        /// Device name.
        device_name: Text,
        /// Operating system as recorded.
        os: Text,
        /// Browser as recorded.
        browser: Text,
        /// Device is compliant.
        compliant: Flag,
        /// Device is managed.
        managed: Flag,
        /// `azure ad joined`, `hybrid …`, `azure ad registered`, lower case.
        join_type: Text,
        /// The address belongs to a trusted named location of the tenant.
        trusted_location: Flag,
        /// The session token is bound to the device.
        token_bound: Flag,
        /// Continuous or final state of Conditional Access: `success`, `failure`, `notapplied`.
        ca_status: Text,
        /// Applied policies as compact JSON.
        ca_policies: Text,
        /// `none`, `low`, `medium`, `high`, `hidden`: level during sign-in.
        risk_level: Text,
        /// `none`, `atrisk`, `remediated`, `dismissed`, `confirmedsafe`, `confirmedcompromised`.
        risk_state: Text,
        /// `riskDetail`, lower case.
        risk_detail: Text,
        /// Risk event types, comma-joined.
        risk_types: Text,
        /// Home tenant of the user.
        home_tenant: Text,
        /// Tenant of the resource.
        resource_tenant: Text,
        /// `ExtendedProperties[RequestType]` of unified-audit logons (`OAuth2:Authorize`, `Cmsi:Cmsi` …).
        request_type: Text,
        /// Class of the address' network (enrichment): `hosting`, `vpn`, `microsoft`, `gateway`, `carrier`, `relay`, `tor`, … ; null = none known.
        network: Text,
    }
}

frame! {
    /// Unified audit log records and Entra directory audits. Mail reads additionally fill [`MailAccesses`] and [`MailItems`].
    AuditEvents / AuditEvent, AuditEventRow {
        /// When (`CreationTime`, `activityDateTime`).
        time: Time,
        /// Who acted: lower-case UPN, `sp:<object id>` or the recorded actor text. Resolved through the identity table.
        account: Text,
        /// Entra object id of the actor.
        account_id: Text,
        /// `user`, `guest`, `app`, `system`, `anonymous`. Microsoft's own housekeeping is `system`.
        actor_kind: Text,
        /// `ual`, `directory`, `defender` (hunting tables) or `graph` (requests to Microsoft Graph).
        feed: Text,
        /// UAL record type number.
        record_type: Int,
        /// `Exchange`, `AzureActiveDirectory`, `SharePoint`, `OneDrive`, `MicrosoftTeams` …; directory audits: `AzureActiveDirectory`.
        workload: Text,
        /// Operation in the form that all exports share: lower case, dashes plain, blanks collapsed, no trailing dot.
        operation: Text,
        /// Operation as recorded.
        operation_raw: Text,
        /// `success`, `failure`, `partial` or empty.
        result: Text,
        /// On whom or what: lower-case UPN where the target is a user or mailbox, else its display name or id.
        target: Text,
        /// Object id of the target.
        target_id: Text,
        /// `user`, `group`, `role`, `application`, `serviceprincipal`, `device`, `policy`, `mailbox`, `file` …, lower case.
        target_kind: Text,
        /// `ObjectId` as recorded (rule path, file URL, app id …).
        object: Text,
        /// Canonical client address without port; null when the record has none.
        address: Text,
        /// Autonomous system number by table (enrichment).
        asn: Int,
        /// Country by table (enrichment).
        country: Text,
        /// Network class (enrichment).
        network: Text,
        /// `AADSessionId`, else `SessionId`.
        session_id: Text,
        /// `UniqueTokenId`.
        token_id: Text,
        /// `InterSystemsId` or `correlationId`.
        correlation_id: Text,
        /// `AppId`/`ApplicationId`, lower case.
        app_id: Text,
        /// `ClientAppId`, lower case.
        client_app_id: Text,
        /// `ClientInfoString`.
        client_info: Text,
        /// User agent, from wherever the record keeps it.
        user_agent: Text,
        /// User-agent family (enrichment).
        agent_family: Text,
        /// Exchange logon type: 0 owner, 1 admin, 2 delegate, 6 delegated admin …
        logon_type: Int,
        /// UAL user type: 0 regular, 2 admin, 3 DC admin, 4 system, 5 application, 6 service principal …
        user_type: Int,
        /// Done by Microsoft or a partner (`ExternalAccess`).
        external_access: Flag,
        /// Mailbox concerned: lower-case owner UPN.
        mailbox: Text,
        /// Mailbox guid.
        mailbox_id: Text,
        /// `Parameters` + `OperationProperties` as one compact JSON object name → value (arrays for repeated names).
        parameters: Text,
        /// `ModifiedProperties` as compact JSON `[{"name","old","new"}]`, values unwrapped from one-element arrays and quotes.
        changes: Text,
        /// Other details (`ExtendedProperties`, `additionalDetails`) as one compact JSON object.
        details: Text,
        /// Mail subject.
        subject: Text,
        /// Internet message id.
        message_id: Text,
        /// Mail folder path or name.
        folder: Text,
        /// Attachment list as recorded.
        attachments: Text,
        /// Recipients, `;`-joined, where the record has them.
        recipients: Text,
        /// File name.
        file: Text,
        /// Site URL.
        site: Text,
        /// Bytes, of message or file.
        size: Int,
        /// Number of items the record stands for.
        items: Int,
        /// Entra device id.
        device_id: Text,
    }
}

frame! {
    /// One row per MailItemsAccessed record and folder.
    MailAccesses / MailAccess, MailAccessRow {
        /// When.
        time: Time,
        /// Who read: lower-case UPN or app.
        account: Text,
        /// Whose mailbox: lower-case owner UPN.
        mailbox: Text,
        /// Mailbox guid.
        mailbox_id: Text,
        /// `bind` (listed messages were opened) or `sync` (the whole folder was synchronised).
        access: Text,
        /// Exchange stopped logging binds for 24 hours from here.
        throttled: Flag,
        /// Binds aggregated in the record; not a number of messages.
        operation_count: Int,
        /// Folder path, else name.
        folder: Text,
        /// Messages listed for this folder.
        messages: Int,
        /// Canonical client address.
        address: Text,
        /// By table (enrichment).
        asn: Int,
        /// By table (enrichment).
        country: Text,
        /// Network class (enrichment).
        network: Text,
        /// `ClientInfoString`.
        client_info: Text,
        /// `AppId`, lower case.
        app_id: Text,
        /// `ClientAppId`, lower case.
        client_app_id: Text,
        /// `AADSessionId`, else `SessionId`.
        session_id: Text,
        /// `UniqueTokenId`.
        token_id: Text,
        /// 0 owner, 1 admin, 2 delegate, 6 delegated admin.
        logon_type: Int,
        /// Done by Microsoft.
        external_access: Flag,
        /// `user`, `app`, `system` …
        actor_kind: Text,
    }
}

frame! {
    /// One row per message listed in a bind record.
    MailItems / MailItem, MailItemRow {
        /// When the record was written.
        time: Time,
        /// Who read.
        account: Text,
        /// Whose mailbox.
        mailbox: Text,
        /// Folder path.
        folder: Text,
        /// Internet message id with its angle brackets.
        message_id: Text,
        /// Subject, where newer records carry it.
        subject: Text,
        /// Bytes.
        size: Int,
        /// Session of the record.
        session_id: Text,
        /// Client address of the record.
        address: Text,
        /// Client application of the record.
        client_app_id: Text,
    }
}

frame! {
    /// Identity Protection: risk detections and risky users.
    RiskEvents / RiskEvent, RiskEventRow {
        /// When the risky thing happened (`activityDateTime`; risky users: last update).
        time: Time,
        /// When Microsoft noticed.
        detected: Time,
        /// Last update of the verdict.
        updated: Time,
        /// Lower-case UPN.
        account: Text,
        /// Entra object id.
        account_id: Text,
        /// `detection` or `user`.
        feed: Text,
        /// `riskEventType` as recorded; `mcasImpossibleTravel` and `impossibleTravel` are one.
        event_type: Text,
        /// `low`, `medium`, `high`, `hidden`, `none`.
        level: Text,
        /// `atrisk`, `remediated`, `dismissed`, `confirmedsafe`, `confirmedcompromised`.
        state: Text,
        /// `riskDetail`, lower case.
        detail: Text,
        /// `realtime`, `nearrealtime`, `offline`.
        timing: Text,
        /// Canonical address.
        address: Text,
        /// By table (enrichment).
        asn: Int,
        /// ISO country.
        country: Text,
        /// City.
        city: Text,
        /// Network class (enrichment).
        network: Text,
        /// Sign-in id that the detection is about.
        request_id: Text,
        /// Correlation id.
        correlation_id: Text,
        /// User agent from `additionalInfo`.
        user_agent: Text,
        /// `signin`, `user`, `servicePrincipal`.
        activity: Text,
    }
}
