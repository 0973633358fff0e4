"""DuckDB's best form: one typed struct per record, columns held in a table in memory."""

import duckdb
import question


def connect(threads):
    connection = duckdb.connect(":memory:")
    connection.execute(f"SET threads = {threads}")
    connection.execute("SET preserve_insertion_order = false")
    return connection


def pair(column, name):
    return f"list_filter(r.{column}, lambda pair: pair.Name = '{name}')[1].Value"


def groups(connection, table, column):
    return dict(connection.execute(f"SELECT {column}, count(*) FROM {table} WHERE {column} IS NOT NULL GROUP BY 1").fetchall())


def audit(file, threads):
    connection = connect(threads)
    pairs = '[{"Name":"VARCHAR","Value":"VARCHAR"}]'
    members = [f'"{name}":"VARCHAR"' for name in question.AUDIT_TEXTS] + [f'"{name}":"BIGINT"' for name in question.AUDIT_NUMBERS]
    members += [f'"{name}":"BOOLEAN"' for name in question.AUDIT_FLAGS] + [f'"{name}":{pairs}' for name in question.AUDIT_PAIRS]
    members += ['"CreationTime":"TIMESTAMP"', '"Parameters":"JSON"', '"Folders":[{"FolderItems":[{"SizeInBytes":"BIGINT"}]}]']
    merged = {"ClientIP", "ClientIPAddress", "ActorIpAddress", "AppId", "ApplicationId", "SessionId", "UserAgent"}
    plain = [name for name in question.AUDIT_TEXTS + question.AUDIT_NUMBERS + question.AUDIT_FLAGS if name not in merged]
    connection.execute(f"""
        CREATE TABLE audit AS
        WITH parsed AS (
            SELECT from_json(AuditData, '{{{",".join(members)}}}') AS r
            FROM read_csv('{file}', header = true, all_varchar = true, delim = ',', quote = '"', escape = '"')
        )
        SELECT {", ".join(f"r.{name} AS {name}" for name in plain)}, r.CreationTime AS Time, r.Parameters AS Parameters,
            coalesce(nullif(r.ClientIP, ''), nullif(r.ClientIPAddress, ''), nullif(r.ActorIpAddress, '')) AS Address,
            coalesce(nullif(r.AppId, ''), r.ApplicationId) AS App,
            coalesce(nullif(r.SessionId, ''), {pair("DeviceProperties", "SessionId")}) AS Session,
            coalesce(nullif(r.UserAgent, ''), {pair("ExtendedProperties", "UserAgent")}) AS Agent,
            {pair("OperationProperties", "MailAccessType")} AS MailAccessType,
            {pair("OperationProperties", "IsThrottled")} AS IsThrottled,
            {pair("ExtendedProperties", "RequestType")} AS RequestType,
            {pair("DeviceProperties", "OS")} AS OS,
            list_sum(list_transform(r.Folders, lambda folder: len(folder.FolderItems))) AS Items
        FROM parsed""")
    mail = connection.execute("""
        SELECT count(*), coalesce(sum(Items), 0), count(DISTINCT UserId), epoch(min(Time)), epoch(max(Time))
        FROM audit WHERE Operation = 'MailItemsAccessed'""").fetchone()
    records = connection.execute("SELECT count(*) FROM audit").fetchone()[0]
    counts = (groups(connection, "audit", column) for column in ["UserId", "Operation", "Address"])
    return question.audit_answer(records, *counts, mail)


def sign_ins(file, threads):
    connection = connect(threads)
    columns = {name: "VARCHAR" for name in question.SIGN_IN_TEXTS} | {"createdDateTime": "TIMESTAMP", "isInteractive": "BOOLEAN"}
    columns |= {"autonomousSystemNumber": "BIGINT", "appliedConditionalAccessPolicies": "JSON", "authenticationDetails": "JSON"}
    for part, names in question.SIGN_IN_PARTS.items():
        numbers = "errorCode BIGINT, " if part == "status" else ""
        columns[part] = f"STRUCT({numbers}{', '.join(f'{name} VARCHAR' for name in names)})"
    parts = [f"{part}.{name} AS {part}_{name}" for part, names in question.SIGN_IN_PARTS.items() for name in names]
    plain = [name for name in columns if name not in question.SIGN_IN_PARTS]
    shape = "array" if file.endswith(".json") else "newline_delimited"
    typed = ", ".join(f"'{name}': '{kind}'" for name, kind in columns.items())
    connection.execute(f"""
        CREATE TABLE sign_ins AS SELECT {", ".join(plain + parts)}, status.errorCode AS errorCode
        FROM read_json('{file}', format = '{shape}', columns = {{{typed}}})""")
    failed = connection.execute("""
        SELECT count(*), count(DISTINCT userPrincipalName), epoch(min(createdDateTime)), epoch(max(createdDateTime))
        FROM sign_ins WHERE errorCode <> 0""").fetchone()
    records = connection.execute("SELECT count(*) FROM sign_ins").fetchone()[0]
    counts = (groups(connection, "sign_ins", column) for column in ["userPrincipalName", "appDisplayName", "ipAddress", "errorCode"])
    return question.sign_in_answer(records, *counts, failed)


if __name__ == "__main__":
    question.main({"audit": audit, "sign-ins": sign_ins})
