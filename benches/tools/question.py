"""What every tool is asked, and how its answer is handed back.

A tool's script is called with the number of threads and `kind=file` arguments (`audit`, `sign-ins`), and prints {kind: answer} as JSON."""

import json
import sys

AUDIT_TEXTS = [
    "Id", "Operation", "OrganizationId", "ResultStatus", "UserKey", "Workload", "UserId", "ClientIP", "ClientIPAddress", "ActorIpAddress", "ObjectId",
    "AppId", "ApplicationId", "ClientInfoString", "SessionId", "MailboxGuid", "MailboxOwnerUPN", "UserAgent", "ErrorNumber",
]  # fmt: skip
AUDIT_NUMBERS = ["RecordType", "UserType", "LogonType", "InternalLogonType"]
AUDIT_FLAGS = ["ExternalAccess"]
AUDIT_PAIRS = ["DeviceProperties", "ExtendedProperties", "OperationProperties"]

SIGN_IN_TEXTS = [
    "id", "userDisplayName", "userPrincipalName", "userId", "appId", "appDisplayName", "ipAddress", "clientAppUsed", "userAgent", "correlationId",
    "conditionalAccessStatus", "resourceDisplayName", "resourceId", "authenticationRequirement", "sessionId", "uniqueTokenIdentifier",
    "incomingTokenType", "riskLevelDuringSignIn", "riskState", "userType",
]  # fmt: skip
SIGN_IN_PARTS = {
    "status": ["failureReason", "additionalDetails"],
    "deviceDetail": ["deviceId", "operatingSystem", "browser", "trustType"],
    "location": ["city", "countryOrRegion"],
}


def main(tools):
    """Answers with `tools[kind](file, threads)`."""
    threads = int(sys.argv[1])
    asked = (argument.split("=", 1) for argument in sys.argv[2:])
    json.dump({kind: tools[kind](file, threads) for kind, file in asked}, sys.stdout)


def audit_answer(records, users, operations, addresses, mail):
    """`mail` is records, items, distinct users, first and last second of MailItemsAccessed."""
    return {"records": records, "users": users, "operations": operations, "addresses": addresses, "filtered": filtered(mail, True)}


def sign_in_answer(records, users, apps, addresses, errors, failed):
    """`failed` is records, distinct users, first and last second of sign-ins with an error code."""
    return {"records": records, "users": users, "apps": apps, "addresses": addresses, "errors": errors, "filtered": filtered(failed, False)}


def filtered(values, has_items):
    names = ["records", "items", "users", "first", "last"] if has_items else ["records", "users", "first", "last"]
    return {name: int(value) for name, value in zip(names, values, strict=True)}
