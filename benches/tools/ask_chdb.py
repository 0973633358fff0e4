"""ClickHouse without a server, its best form: JSONExtract to one typed tuple, columns held in a Memory table."""

import json

import question
from chdb import session


def open_session(threads):
    opened = session.Session()
    opened.query(f"SET max_threads = {threads}, max_parsing_threads = {threads}, input_format_parallel_parsing = 1")
    return opened


def rows(opened, query):
    return json.loads(str(opened.query(query, "JSONCompact")))["data"]


def groups(opened, table, column):
    return {key: int(count) for key, count in rows(opened, f"SELECT toString({column}), count() FROM {table} WHERE toString({column}) <> '' GROUP BY 1")}


def pair(column, name):
    return f"arrayFirst(pair -> pair.1 = '{name}', r.{column}).2"


def first(*columns):
    return "multiIf(" + ", ".join(f"{column} <> '', {column}" for column in columns) + ", '')"


def audit(file, threads):
    opened = open_session(threads)
    pairs = "Array(Tuple(Name String, Value String))"
    members = [f"{name} String" for name in question.AUDIT_TEXTS] + [f"{name} Int64" for name in question.AUDIT_NUMBERS]
    members += [f"{name} Bool" for name in question.AUDIT_FLAGS] + [f"{name} {pairs}" for name in [*question.AUDIT_PAIRS, "Parameters"]]
    members += ["CreationTime String", "Folders Array(Tuple(FolderItems Array(Tuple(SizeInBytes Int64))))"]
    merged = {"ClientIP", "ClientIPAddress", "ActorIpAddress", "AppId", "ApplicationId", "SessionId", "UserAgent"}
    plain = [name for name in [*question.AUDIT_TEXTS, *question.AUDIT_NUMBERS, *question.AUDIT_FLAGS, "Parameters"] if name not in merged]
    opened.query("CREATE DATABASE IF NOT EXISTS bench ENGINE = Atomic")
    opened.query(f"""
        CREATE TABLE bench.audit ENGINE = Memory AS
        SELECT {", ".join(f"r.{name} AS {name}" for name in plain)}, toDateTime(r.CreationTime, 'UTC') AS Time,
            {first("r.ClientIP", "r.ClientIPAddress", "r.ActorIpAddress")} AS Address,
            {first("r.AppId", "r.ApplicationId")} AS App,
            {first("r.SessionId", pair("DeviceProperties", "SessionId"))} AS Session,
            {first("r.UserAgent", pair("ExtendedProperties", "UserAgent"))} AS Agent,
            {pair("OperationProperties", "MailAccessType")} AS MailAccessType,
            {pair("OperationProperties", "IsThrottled")} AS IsThrottled,
            {pair("ExtendedProperties", "RequestType")} AS RequestType,
            {pair("DeviceProperties", "OS")} AS OS,
            arraySum(folder -> length(folder.1), r.Folders) AS Items
        FROM (SELECT JSONExtract(AuditData, 'Tuple({", ".join(members)})') AS r FROM file('{file}', 'CSVWithNames'))""")
    mail = rows(opened, """
        SELECT count(), sum(Items), uniqExact(UserId), toUnixTimestamp(min(Time)), toUnixTimestamp(max(Time))
        FROM bench.audit WHERE Operation = 'MailItemsAccessed'""")[0]  # fmt: skip
    records = int(rows(opened, "SELECT count() FROM bench.audit")[0][0])
    return question.audit_answer(records, *(groups(opened, "bench.audit", column) for column in ["UserId", "Operation", "Address"]), mail)


def sign_ins(file, threads):
    opened = open_session(threads)
    columns = {name: "String" for name in question.SIGN_IN_TEXTS} | {"createdDateTime": "String", "isInteractive": "Bool"}
    columns |= {"autonomousSystemNumber": "Int64"}
    columns |= {"appliedConditionalAccessPolicies": "Array(Tuple(displayName String, result String))"}
    columns |= {"authenticationDetails": "Array(Tuple(authenticationMethod String, succeeded Bool, authenticationStepResultDetail String))"}
    for part, names in question.SIGN_IN_PARTS.items():
        numbers = "errorCode Int64, " if part == "status" else ""
        columns[part] = f"Tuple({numbers}{', '.join(f'{name} String' for name in names)})"
    parts = [f"{part}.{name} AS {part}_{name}" for part, names in question.SIGN_IN_PARTS.items() for name in names]
    plain = [name for name in columns if name not in question.SIGN_IN_PARTS and name != "createdDateTime"]
    structure = ", ".join(f"{name} {kind}" for name, kind in columns.items())
    opened.query("CREATE DATABASE IF NOT EXISTS bench ENGINE = Atomic")
    opened.query(f"""
        CREATE TABLE bench.sign_ins ENGINE = Memory AS
        SELECT {", ".join(plain + parts)}, status.errorCode AS errorCode, parseDateTimeBestEffort(createdDateTime, 'UTC') AS Time
        FROM file('{file}', 'JSONEachRow', '{structure}')
        SETTINGS input_format_skip_unknown_fields = 1, input_format_json_ignore_unknown_keys_in_named_tuple = 1""")
    failed = rows(opened, """
        SELECT count(), uniqExact(userPrincipalName), toUnixTimestamp(min(Time)), toUnixTimestamp(max(Time))
        FROM bench.sign_ins WHERE errorCode <> 0""")[0]  # fmt: skip
    records = int(rows(opened, "SELECT count() FROM bench.sign_ins")[0][0])
    counts = (groups(opened, "bench.sign_ins", column) for column in ["userPrincipalName", "appDisplayName", "ipAddress", "errorCode"])
    return question.sign_in_answer(records, *counts, failed)


if __name__ == "__main__":
    question.main({"audit": audit, "sign-ins": sign_ins})
