# The question in jq: counts only, no columns are kept. `jq -n --arg kind audit -f ask.jq FILE` on one record per line.
def filled: if . == "" then null else . end;
def count($group; $key): if $key == null then . else .[$group][$key | tostring] += 1 end;
def seconds: rtrimstr("Z") + "Z" | fromdateiso8601;
def extend($user; $time; $items):
  .filtered.records += 1 | .filtered.items += $items | .seen[$user] = 1
  | .filtered.first = ([.filtered.first // $time, $time] | min) | .filtered.last = ([.filtered.last // $time, $time] | max);
reduce inputs as $r ({};
  .records += 1
  | if $kind == "audit" then
      count("users"; $r.UserId) | count("operations"; $r.Operation)
      | count("addresses"; ($r.ClientIP | filled) // ($r.ClientIPAddress | filled) // ($r.ActorIpAddress | filled))
      | if $r.Operation == "MailItemsAccessed" then
          extend($r.UserId; $r.CreationTime; [$r.Folders[]?.FolderItems | length] | add // 0)
        else . end
    else
      count("users"; $r.userPrincipalName) | count("apps"; $r.appDisplayName) | count("addresses"; $r.ipAddress) | count("errors"; $r.status.errorCode)
      | if $r.status.errorCode != 0 then extend($r.userPrincipalName; $r.createdDateTime; 0) else . end
    end)
| .filtered.users = (.seen | length) | .filtered.first |= seconds | .filtered.last |= seconds
| if $kind == "audit" then . else del(.filtered.items) end
| {($kind): del(.seen)}
