"""What scripts do: Python's csv, orjson, one list per column. The cyclic garbage collector is off, which helps it."""

import csv
import gc
from collections import Counter
from datetime import datetime, timezone

import orjson
import question


def pair(record, column, name):
    return next((entry.get("Value") for entry in record.get(column) or () if entry.get("Name") == name), None)


def seconds(text):
    return int(datetime.fromisoformat(text).replace(tzinfo=timezone.utc).timestamp())


def audit_row(record):
    get = record.get
    return (
        get("CreationTime"), get("Id"), get("Operation"), get("OrganizationId"), get("ResultStatus"), get("UserKey"), get("Workload"), get("UserId"),
        get("ClientIP") or get("ClientIPAddress") or get("ActorIpAddress") or None, get("ObjectId"), get("AppId") or get("ApplicationId"),
        get("ClientInfoString"), get("SessionId") or pair(record, "DeviceProperties", "SessionId"), get("MailboxGuid"), get("MailboxOwnerUPN"),
        get("UserAgent") or pair(record, "ExtendedProperties", "UserAgent"), get("ErrorNumber"), pair(record, "OperationProperties", "MailAccessType"),
        pair(record, "OperationProperties", "IsThrottled"), pair(record, "ExtendedProperties", "RequestType"), pair(record, "DeviceProperties", "OS"),
        get("Parameters"), get("RecordType"), get("UserType"), get("LogonType"), get("InternalLogonType"), get("ExternalAccess"),
        sum(len(folder.get("FolderItems") or ()) for folder in get("Folders") or ()),
    )  # fmt: skip


def audit(file, _threads):
    csv.field_size_limit(1 << 30)
    columns = [[] for _ in range(28)]
    appends = [column.append for column in columns]
    with open(file, encoding="utf-8-sig", newline="") as lines:
        reader = csv.reader(lines)
        place = next(reader).index("AuditData")
        for row in reader:
            for append, value in zip(appends, audit_row(orjson.loads(row[place]))):
                append(value)
    times, operations, users, addresses, items = (columns[index] for index in [0, 2, 7, 8, 27])
    reads = [index for index, operation in enumerate(operations) if operation == "MailItemsAccessed"]
    read_times = [times[index] for index in reads]
    mail = (len(reads), sum(items[index] for index in reads), len({users[index] for index in reads}), seconds(min(read_times)), seconds(max(read_times)))
    counts = [Counter(filter(None, column)) for column in (users, operations, addresses)]
    return question.audit_answer(len(users), *counts, mail)


def sign_in_row(record):
    get = record.get
    parts = [(get(part) or {}).get(name) for part, names in question.SIGN_IN_PARTS.items() for name in names]
    rest = [get("isInteractive"), get("autonomousSystemNumber"), get("appliedConditionalAccessPolicies"), get("authenticationDetails")]
    return [get(name) for name in question.SIGN_IN_TEXTS] + parts + rest + [get("createdDateTime"), (get("status") or {}).get("errorCode")]


def sign_ins(file, _threads):
    with open(file, "rb") as lines:
        records = orjson.loads(lines.read()) if file.endswith(".json") else map(orjson.loads, lines)
        columns = list(zip(*map(sign_in_row, records)))
    users, apps, addresses, times, codes = (columns[index] for index in [2, 5, 6, -2, -1])
    failed = [index for index, code in enumerate(codes) if code]
    failed_times = [times[index].rstrip("Z") for index in failed]
    summary = (len(failed), len({users[index] for index in failed}), seconds(min(failed_times)), seconds(max(failed_times)))
    return question.sign_in_answer(len(users), *(Counter(column) for column in (users, apps, addresses, codes)), summary)


if __name__ == "__main__":
    gc.disable()
    question.main({"audit": audit, "sign-ins": sign_ins})
