//! Frames of what others report beside the logs: messages as mail flow saw them, alerts of security products, authentication steps of sign-ins.

use super::column::{column_code, column_types, frame};

frame! {
    /// Messages as mail flow and mail protection saw them: one row per message, recipient and event.
    Messages / Message, MessageRow {
        /// When the message was received or, for `tracking` and later events, when the event happened.
        time: Time,
        /// `trace` (one row per message and recipient), `summary` (historical search), `tracking` (one row per event), `defender`, `quarantine`.
        feed: Text,
        /// Lower-case sender.
        sender: Text,
        /// Lower-case recipient.
        recipient: Text,
        /// Subject.
        subject: Text,
        /// Internet message id as recorded.
        message_id: Text,
        /// Message trace id, which is the network message id of Defender; lower case.
        network_id: Text,
        /// `delivered`, `failed`, `expanded`, `filteredasspam`, `quarantined`, `pending` …: the last word on this recipient.
        status: Text,
        /// `originating`, `incoming`; Defender: `inbound`, `outbound`, `intraorg`.
        direction: Text,
        /// What happened, lower case: the tracking event (`receive`, `send` …), the action after delivery, `attachment`, `url`. Null for whole messages.
        event: Text,
        /// Address that handed the message in; for mail from inside often Microsoft's own.
        address: Text,
        /// Address it was delivered to.
        to_address: Text,
        /// Bytes.
        size: Int,
        /// Attachment or link that the row is about; number of attachments where only that is known.
        attachments: Text,
        /// What no column holds, as compact JSON.
        details: Text,
    }
}

frame! {
    /// Alerts and incidents of Defender, Sentinel and Identity Protection: one row per incident or alert, and one per entity that an alert names.
    Alerts / Alert, AlertRow {
        /// First activity, else when it was raised.
        time: Time,
        /// Last activity.
        last: Time,
        /// When it was raised.
        raised: Time,
        /// Last change of the verdict.
        updated: Time,
        /// `incident`, `alert` or `entity`.
        feed: Text,
        /// Alert id; empty for incidents.
        alert_id: Text,
        /// Incident id.
        incident_id: Text,
        /// Title.
        title: Text,
        /// `informational`, `low`, `medium`, `high`, lower case.
        severity: Text,
        /// `new`, `active`, `inprogress`, `resolved`, `redirected`, lower case.
        status: Text,
        /// `truepositive`, `falsepositive`, `informationalexpectedactivity`, `unknown` …, lower case; for entities Defender's verdict.
        classification: Text,
        /// Category or tactic as recorded.
        category: Text,
        /// Product or service that raised it.
        product: Text,
        /// Techniques, comma-joined.
        techniques: Text,
        /// Kind of entity, lower case: `user`, `mailbox`, `ip`, `message`, `app`, `session`, `url`, `file`, `device`, `process` … Null for alerts and
        /// incidents.
        entity_kind: Text,
        /// The entity as text: address, name, URL, id.
        entity: Text,
        /// Account concerned: lower-case UPN, else object id.
        account: Text,
        /// Entra object id.
        account_id: Text,
        /// Client address.
        address: Text,
        /// Internet message id, else network message id.
        message_id: Text,
        /// Application id, lower case.
        app_id: Text,
        /// Session id.
        session_id: Text,
        /// User agent.
        user_agent: Text,
        /// What no column holds, as compact JSON.
        details: Text,
    }
}

frame! {
    /// Authentication steps of sign-ins that stand in another file. Loading joins them to their sign-ins by request id.
    AuthSteps / AuthStep, AuthStepRow {
        /// When the step was taken, else when the sign-in began.
        time: Time,
        /// Id of the sign-in.
        request_id: Text,
        /// `Password`, `Mobile app notification` …
        method: Text,
        /// `Password in the cloud` …
        method_detail: Text,
        /// The step succeeded.
        succeeded: Flag,
        /// `MFA completed in Azure AD` …
        result: Text,
        /// `Primary authentication`, `Multifactor authentication`.
        requirement: Text,
    }
}
