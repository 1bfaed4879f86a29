-- wrk's script: GETs of one URL, each with the token on a random line of a file, or POSTs of one token's,
-- in the order of a file with a path and a body on each line, over and over. One line of JSON at the end.
-- wrk … URL -- <file of tokens> <seed> [<file of posts>]

local gets, posts = {}, {}
local sent = -1 -- wrk asks for one request that it does not send, before all others
local seed, authorization

function init(args)
  seed = args[2]
  math.randomseed(tonumber(seed))
  for token in io.lines(args[1]) do
    authorization = "Bearer " .. token
    gets[#gets + 1] = wrk.format("GET", nil, { Authorization = authorization })
  end
  for line in args[3] and io.lines(args[3]) or function() end do
    local path, body = line:match("^(%S+) (.*)$")
    posts[#posts + 1] = { path = path, body = body }
  end
end

function request()
  if #posts == 0 then
    return gets[math.random(#gets)]
  end
  local post = posts[sent % #posts + 1]
  sent = sent + 1
  local headers = { Authorization = authorization, ["Content-Type"] = "application/json" }
  return wrk.format("POST", post.path, headers, (post.body:gsub("#", seed .. "x" .. sent)))
end

function done(summary, latency)
  local errors = 0
  for _, count in pairs(summary.errors) do
    errors = errors + count
  end
  io.write(string.format(
    '{"requests": %d, "microseconds": %d, "p50": %d, "p99": %d, "errors": %d}\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99), errors
  ))
end
