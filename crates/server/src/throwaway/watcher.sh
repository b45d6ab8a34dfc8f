# Ends a throwaway server that was not used for some time; deletes what it is told to delete then.
# Arguments: the server's folder, its data directory, the seconds between two looks, the number of looks without use
# after which the server ends, and the files and folders that are deleted then.

trap '' HUP
folder=$1 cluster=$2 pause=$3 limit=$4
shift 4
seen=none idle=0 missing=0

# The last use, as text that differs from that of every other use.
look() {
    used=
    { read -r used; } 2>/dev/null <"$folder/used"
}

# Whether the server runs; its process is in $pid then. The number in the file may belong to another process by now.
runs() {
    pid=
    { read -r pid; } 2>/dev/null <"$cluster/postmaster.pid"
    case $pid in '' | *[!0-9]*) return 1 ;; esac
    kill -0 "$pid" 2>/dev/null || return 1
    if [ -d /proc/self/cwd ]; then
        [ "$(readlink "/proc/$pid/cwd")" = "$cluster" ]
    else
        case $(ps -ww -o command= -p "$pid") in *"$cluster"*) ;; *) return 1 ;; esac
    fi
}

# Runs with the server's lock on 9 and the users' lock on 8; returns when the server is used after all.
finish() {
    if command -v flock >/dev/null; then
        flock 9
        flock -n 8 || return
    fi
    look
    [ "$used" = "$seen" ] || return
    signal=INT
    [ $# -eq 0 ] || signal=QUIT
    if runs; then kill -s "$signal" "$pid"; fi
    patience=600
    while runs && [ "$patience" -gt 0 ]; do
        patience=$((patience - 1))
        sleep 0.1 2>/dev/null || sleep 1
    done
    if [ $# -gt 0 ]; then
        rm -rf -- "$@"
        rmdir -- "${cluster%/*}" "$folder" 2>/dev/null
    fi
    exit 0
}

while sleep "$pause" 2>/dev/null || sleep 1; do
    [ -d "$folder" ] || exit 0
    look
    if [ "$used" != "$seen" ]; then
        seen=$used idle=0 missing=0
        continue
    fi
    idle=$((idle + 1))
    if runs; then missing=0; else missing=$((missing + 1)); fi
    # Without anything to delete there is nothing to wait for once the server is gone.
    if [ "$idle" -ge "$limit" ] || { [ $# -eq 0 ] && [ "$missing" -ge 3 ]; }; then
        finish "$@" 8<"$folder/users" 9<"$folder/lock"
    fi
done
