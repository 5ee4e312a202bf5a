"""What Redis does in one step, where several commands would let others in between."""

from typing import Final

_BEGINNING = """
-- KEYS: the generation, the tags, then the value and the lease of each key.
-- ARGV: how many tags; a token; for how many milliseconds versions are kept at least; the tags' names; what each adds.
local tags, token, kept = tonumber(ARGV[1]), ARGV[2], tonumber(ARGV[3])
local first, added = tags + 2, tags + 4

local function version(name, make)
  local found = redis.call('GET', name)
  if not found and make then
    found = token
    redis.call('SET', name, token, 'PX', 2 * kept)
  elseif found and make and redis.call('PTTL', name) < kept then
    redis.call('PEXPIRE', name, 2 * kept)  -- Seldom: it counts as a change of the version.
  end
  return found or ''
end

local function versions(make)
  local all = {version(KEYS[1], make)}
  for i = 1, tags do all[i + 1] = ARGV[3 + i] .. '=' .. version(KEYS[1 + i], make) end
  return table.concat(all, ' ')
end

local function keep(value, milliseconds, line, body)
  redis.call('SET', value, line .. '\\n' .. body, 'PX', milliseconds)
end
"""

BEGIN: Final = (
    _BEGINNING
    + """
-- Adds: for how many milliseconds a lease lasts.
-- Gives the versions, then for each key whether the lease is ours, and what is kept.
local given = {versions(true)}
for i = first, #KEYS, 2 do
  given[#given + 1] = redis.call('SET', KEYS[i + 1], token, 'NX', 'PX', ARGV[added]) and 1 or 0
  given[#given + 1] = redis.call('GET', KEYS[i])
end
return given
"""
)
"""Takes the leases of keys that nobody loads."""

FILL: Final = (
    _BEGINNING
    + """
-- Adds: the versions when it was begun; for each key the milliseconds (0: not to be kept), the line and the body.
-- Gives for each key whether nothing has happened to it since.
local same, given = versions(false) == ARGV[added], {}
for i = first, #KEYS, 2 do
  local at = added + 1 + (i - first) / 2 * 3
  local ours = redis.call('GET', KEYS[i + 1]) == token
  if ours then redis.call('DEL', KEYS[i + 1]) end
  if ours and same and tonumber(ARGV[at]) > 0 then
    keep(KEYS[i], ARGV[at], ARGV[at + 1] .. ' ' .. ARGV[added], ARGV[at + 2])
  end
  given[#given + 1] = ours and same and 1 or 0
end
return given
"""
)
"""Ends leases, and keeps what was loaded under those that are still ours."""

PUT: Final = (
    _BEGINNING
    + """
-- Adds: the milliseconds, the line and the body.
keep(KEYS[first], ARGV[added], ARGV[added + 1] .. ' ' .. versions(true), ARGV[added + 2])
return redis.call('DEL', KEYS[first + 1])
"""
)
"""Keeps a value, whatever is being loaded."""

COUNT: Final = (
    _BEGINNING
    + """
-- Adds: the milliseconds and the line of a new counter; by how much; the time; its kind; what names of tags begin with.
-- Gives the counter as text, or what is wrong.
local value, milliseconds, line = KEYS[first], ARGV[added], ARGV[added + 1] .. ' ' .. versions(true)
local by, now, kind, tag = ARGV[added + 2], tonumber(ARGV[added + 3]), ARGV[added + 4], ARGV[added + 5]
local body = '0'

local raw = redis.call('GET', value)
local head, kept_body = string.match(raw or '', '^([^\\n]*)\\n(.*)$')
if head then
  local words = {}
  for word in string.gmatch(head, '%S+') do words[#words + 1] = word end
  local alive = tonumber(words[1]) > now and words[5] == version(KEYS[1], false)
  for i = 6, #words do
    local name, known = string.match(words[i], '^(.*)=(.*)$')
    alive = alive and redis.call('GET', tag .. '{' .. name .. '}') == known
  end
  if alive and (words[4] ~= kind or kept_body == 'null') then return 'kind' end
  if alive then body, line, milliseconds = kept_body, head, redis.call('PTTL', value) end
end

-- Lua's numbers would lose what lies beyond 2**53.
redis.call('SET', value, body)
local counted = redis.pcall('INCRBY', value, by)
if type(counted) == 'table' then
  if raw then redis.call('SET', value, raw, 'PX', milliseconds) else redis.call('DEL', value) end
  return 'range'
end
body = redis.call('GET', value)
keep(value, milliseconds, line, body)
redis.call('DEL', KEYS[first + 1])
return body
"""
)
"""Raises a counter, or begins one."""
