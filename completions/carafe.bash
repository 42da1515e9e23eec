# SPDX-License-Identifier: MIT
# Completion of carafe(1) for bash.

# Where the program stands that `carafe run' shall start: its index in COMP_WORDS, or COMP_CWORD + 1
# while the options are not over.
_carafe_program()
{
	local i=2

	while [ "$i" -lt "$COMP_CWORD" ]; do
		case ${COMP_WORDS[i]} in
		--)
			echo $((i + 1))
			return
			;;
		--env | --spin)
			# bash makes three words of --env=NAME.
			[ "${COMP_WORDS[i + 1]}" = = ] && ((i++))
			((i++))
			;;
		-e | -s) ((i++)) ;;
		-*) ;;
		*)
			echo "$i"
			return
			;;
		esac
		((i++))
	done
	echo $((COMP_CWORD + 1))
}

# The names of the user's environments, where carafe(7) says that they lie.
_carafe_environments()
{
	local folder=${TMPDIR:-/tmp}/carafe-$UID

	if [ -d "${XDG_RUNTIME_DIR:-/nowhere}" ]; then
		folder=$XDG_RUNTIME_DIR/carafe
	elif [ -w /dev/shm ]; then
		folder=/dev/shm/carafe-$UID
	fi
	ls "$folder" 2>/dev/null
}

_carafe_from()
{
	mapfile -t COMPREPLY < <(compgen -W "$1" -- "$2")
}

_carafe()
{
	local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
	local command=${COMP_WORDS[1]} options='' program

	COMPREPLY=()
	if [ "$COMP_CWORD" -eq 1 ]; then
		_carafe_from "run doctor fsck status bench --help --version" "$word"
		return
	fi
	if [ "$command" = run ]; then
		# From the program on, its own completion has the word.
		program=$(_carafe_program)
		if [ "$program" -le "$COMP_CWORD" ]; then
			if declare -F _command_offset >/dev/null; then
				_command_offset "$program"
			elif [ "$program" -eq "$COMP_CWORD" ]; then
				mapfile -t COMPREPLY < <(compgen -c -- "$word")
			else
				mapfile -t COMPREPLY < <(compgen -f -- "$word")
			fi
			return
		fi
	fi
	if [ "$word" = = ]; then
		word=
	elif [ "$previous" = = ]; then
		previous=${COMP_WORDS[COMP_CWORD - 2]}
	fi
	case $previous in
	--env | -e)
		_carafe_from "$(_carafe_environments)" "$word"
		return
		;;
	--spin | -s | --filter | -f | --repeat | -n) return ;;
	esac
	case $command in
	run) options="--env --spin --help --" ;;
	doctor) options="--env --json --help" ;;
	fsck) options="--exact --json --help" ;;
	status) options="--json --help" ;;
	bench) options="--filter --repeat --quick --json --help" ;;
	esac
	case $command:$word in
	*:-*) _carafe_from "$options" "$word" ;;
	run:*) mapfile -t COMPREPLY < <(compgen -c -- "$word") ;;
	fsck:* | status:*) _carafe_from "$(_carafe_environments)" "$word" ;;
	esac
}

complete -F _carafe carafe
