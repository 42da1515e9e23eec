# SPDX-License-Identifier: MIT
# Completion of carafe(1) for bash.

_carafe()
{
	local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
	local command=${COMP_WORDS[1]} options='' i

	COMPREPLY=()
	if [ "$COMP_CWORD" -eq 1 ]; then
		mapfile -t COMPREPLY < <(compgen -W "run doctor fsck status bench --help --version" -- "$word")
		return
	fi
	case $command in
	run)
		# From the program on, its own completion has the word.
		for ((i = 2; i < COMP_CWORD; i++)); do
			case ${COMP_WORDS[i]} in
			--)
				((i++))
				break
				;;
			--env | --spin) ((i++)) ;;
			-*) ;;
			*) break ;;
			esac
		done
		if [ "$i" -lt "$COMP_CWORD" ] || [ "${COMP_WORDS[i - 1]}" = -- ]; then
			if declare -F _command_offset >/dev/null; then
				_command_offset "$i"
			elif [ "$i" -eq "$COMP_CWORD" ]; then
				mapfile -t COMPREPLY < <(compgen -c -- "$word")
			else
				mapfile -t COMPREPLY < <(compgen -f -- "$word")
			fi
			return
		fi
		options="--env --spin --help --"
		;;
	doctor) options="--env --json --help" ;;
	fsck) options="--exact --json --help" ;;
	status) options="--json --help" ;;
	bench) options="--json --help" ;;
	esac
	case $previous in
	--env)
		mapfile -t COMPREPLY < <(compgen -W "$(_carafe_environments)" -- "$word")
		return
		;;
	--spin) return ;;
	esac
	case $command:$word in
	*:-*) mapfile -t COMPREPLY < <(compgen -W "$options" -- "$word") ;;
	run:*) mapfile -t COMPREPLY < <(compgen -c -- "$word") ;;
	fsck:* | status:*) mapfile -t COMPREPLY < <(compgen -W "$(_carafe_environments)" -- "$word") ;;
	esac
}

# The names of the user's environments, wherever they lie.
_carafe_environments()
{
	local folder

	for folder in "${XDG_RUNTIME_DIR:-/nowhere}/carafe" "/dev/shm/carafe-$UID" \
		"${TMPDIR:-/tmp}/carafe-$UID"; do
		[ -d "$folder" ] && ls "$folder" 2>/dev/null
	done
}

complete -F _carafe carafe
