//! Entra sign-in error codes (AADSTS) and what they prove. Source: Microsoft "Microsoft Entra authentication and authorization error codes"
//! (read 2026-11), cross-checked against public detection content.

/// What a sign-in record proves about the credential that was used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Outcome {
    /// A token was issued.
    Success,
    /// The password was wrong or the lock-out answered for it.
    WrongPassword,
    /// The user does not exist in this tenant.
    UnknownUser,
    /// The password (first factor) was right, but the sign-in did not complete: MFA, policy or expiry stopped it.
    PasswordProved,
    /// A second factor was asked and refused, ignored or failed: the password was right.
    MfaRefused,
    /// A page in the flow (keep me signed in, confirm app …); says nothing about the credential.
    Interrupt,
    /// An old token or session was presented and refused.
    TokenRefused,
    /// The account is disabled.
    Disabled,
    /// Any other failure.
    OtherFailure,
}

impl Outcome {
    /// The password was shown to be right, whether or not a token was issued by it.
    pub fn proves_password(self) -> bool {
        matches!(self, Self::PasswordProved | Self::MfaRefused)
    }
}

/// The meaning of an error code; 0 is success.
pub fn outcome(code: i64) -> Outcome {
    match code {
        0 => Outcome::Success,
        50126 | 50053 | 50056 | 50064 => Outcome::WrongPassword,
        50034 | 51004 => Outcome::UnknownUser,
        500_121 => Outcome::MfaRefused,
        50055 | 50072 | 50074 | 50076 | 50079 | 50105 | 50129 | 50131 | 50144 | 50155 | 50158 | 50161 | 53000 | 53001 | 53003 | 53004 | 53010
        | 53011 | 530_032 | 530_034 | 530_035 => Outcome::PasswordProved,
        50132 | 50133 | 50173 | 54005 | 70000 | 70008 | 70043 | 70044 | 700_082 | 700_084 => Outcome::TokenRefused,
        50057 => Outcome::Disabled,
        16000 | 16001 | 16003 | 50058 | 50078 | 50089 | 50097 | 50125 | 50140 | 50142 | 50187 | 50199 | 50203 | 51006 | 52004 | 65001 | 70016
        | 70018 | 70019 | 81010 | 81012 | 81014 | 90094 | 90095 | 120_000 | 120_002 | 120_020 | 1_000_000 => Outcome::Interrupt,
        _ => Outcome::OtherFailure,
    }
}

/// A short explanation for reports; empty for codes without one.
pub fn meaning(code: i64) -> &'static str {
    match code {
        0 => "success",
        50034 => "user does not exist",
        50053 => "locked out, or address known for malicious activity",
        50055 => "password right but expired",
        50057 => "account disabled",
        50072 | 50079 => "password right; MFA registration demanded",
        50074 | 50076 => "password right; MFA demanded",
        50105 => "user not assigned to the application",
        50126 => "wrong user name or password",
        50132 | 50133 => "session revoked or expired",
        50140 => "keep-me-signed-in page",
        50158 => "password right; external MFA demanded",
        50173 => "token revoked",
        50199 => "app confirmation page",
        53000 | 53001 => "password right; device not compliant",
        53003 => "password right; blocked by Conditional Access",
        54005 => "authorization code already redeemed",
        65001 => "consent not granted yet",
        65004 => "user declined consent",
        70008 | 700_082 => "refresh token expired",
        70043 => "refresh token refused by sign-in frequency",
        500_121 => "password right; MFA refused or not answered",
        530_032 => "blocked by security defaults",
        _ => "",
    }
}
