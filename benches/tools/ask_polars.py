"""polars' best form: lazy scan, `json_decode` to a typed struct, streaming engine."""

import os
import sys

os.environ["POLARS_MAX_THREADS"] = sys.argv[1]

import polars as pl  # noqa: E402
import question  # noqa: E402


def filled(column):
    return pl.when(column != "").then(column)


def pair(column, name):
    element = pl.element()
    named = element.filter(element.struct.field("Name") == name).struct.field("Value")
    return pl.col(column).list.eval(named).list.first()


def groups(frame, column):
    counts = frame.filter(pl.col(column).is_not_null()).group_by(column).len()
    return dict(counts.iter_rows())


def seconds(time):
    return time.dt.epoch("s")


def audit(file, _threads):
    pairs = pl.List(pl.Struct({"Name": pl.String, "Value": pl.String}))
    members = {name: pl.String for name in question.AUDIT_TEXTS} | {name: pl.Int64 for name in question.AUDIT_NUMBERS}
    members |= {name: pl.Boolean for name in question.AUDIT_FLAGS} | {name: pairs for name in question.AUDIT_PAIRS}
    members |= {"CreationTime": pl.String, "Parameters": pairs, "Folders": pl.List(pl.Struct({"FolderItems": pl.List(pl.Struct({"SizeInBytes": pl.Int64}))}))}
    merged = {"ClientIP", "ClientIPAddress", "ActorIpAddress", "AppId", "ApplicationId", "SessionId", "UserAgent"}
    plain = [name for name in question.AUDIT_TEXTS + question.AUDIT_NUMBERS + question.AUDIT_FLAGS if name not in merged]
    text = {name: filled(pl.col(name)) for name in merged}
    frame = (
        pl.scan_csv(file, infer_schema=False)
        .select(pl.col("AuditData").str.json_decode(pl.Struct(members)).alias("r"))
        .unnest("r")
        .select(
            *plain,
            "Parameters",
            pl.col("CreationTime").str.to_datetime("%Y-%m-%dT%H:%M:%S").alias("Time"),
            pl.coalesce(text["ClientIP"], text["ClientIPAddress"], text["ActorIpAddress"]).alias("Address"),
            pl.coalesce(text["AppId"], text["ApplicationId"]).alias("App"),
            pl.coalesce(text["SessionId"], pair("DeviceProperties", "SessionId")).alias("Session"),
            pl.coalesce(text["UserAgent"], pair("ExtendedProperties", "UserAgent")).alias("Agent"),
            pair("OperationProperties", "MailAccessType").alias("MailAccessType"),
            pair("OperationProperties", "IsThrottled").alias("IsThrottled"),
            pair("ExtendedProperties", "RequestType").alias("RequestType"),
            pair("DeviceProperties", "OS").alias("OS"),
            pl.col("Folders").list.eval(pl.element().struct.field("FolderItems").list.len()).list.sum().alias("Items"),
        )
        .collect(engine="streaming")
    )
    reads = frame.filter(pl.col("Operation") == "MailItemsAccessed")
    mail = reads.select(
        pl.len(), pl.col("Items").sum(), pl.col("UserId").n_unique().alias("users"), seconds(pl.col("Time").min()).alias("first"), seconds(pl.col("Time").max()).alias("last")
    ).row(0)
    return question.audit_answer(frame.height, *(groups(frame, column) for column in ["UserId", "Operation", "Address"]), mail)


def sign_ins(file, _threads):
    schema = {name: pl.String for name in question.SIGN_IN_TEXTS} | {"createdDateTime": pl.String, "isInteractive": pl.Boolean}
    policies = pl.List(pl.Struct({"displayName": pl.String, "result": pl.String}))
    steps = pl.List(pl.Struct({"authenticationMethod": pl.String, "succeeded": pl.Boolean, "authenticationStepResultDetail": pl.String}))
    schema |= {"autonomousSystemNumber": pl.Int64, "appliedConditionalAccessPolicies": policies, "authenticationDetails": steps}
    parts = []
    for part, names in question.SIGN_IN_PARTS.items():
        fields = {name: pl.String for name in names}
        parts += [pl.col(part).struct.field(name).alias(f"{part}_{name}") for name in names]
        schema[part] = pl.Struct({"errorCode": pl.Int64} | fields if part == "status" else fields)
    plain = [name for name in schema if name not in question.SIGN_IN_PARTS and name != "createdDateTime"]
    time = pl.col("createdDateTime").str.to_datetime("%Y-%m-%dT%H:%M:%SZ").alias("Time")
    code = pl.col("status").struct.field("errorCode")
    frame = pl.scan_ndjson(file, schema=schema).select(*plain, *parts, time, code).collect(engine="streaming")
    failed = frame.filter(pl.col("errorCode") != 0)
    failed = failed.select(
        pl.len(), pl.col("userPrincipalName").n_unique().alias("users"), seconds(pl.col("Time").min()).alias("first"), seconds(pl.col("Time").max()).alias("last")
    ).row(0)
    counts = (groups(frame, column) for column in ["userPrincipalName", "appDisplayName", "ipAddress", "errorCode"])
    return question.sign_in_answer(frame.height, *counts, failed)


if __name__ == "__main__":
    question.main({"audit": audit, "sign-ins": sign_ins})
