/** The function for bash with a place, as `@valued@`, for each list that is made of options and commands. */
export const bashScript = `# bash completion for binfmt-keeper, printed by: binfmt-keeper completion bash

_binfmt_keeper() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD - 1]}
  local command='' option='' words='' list='' start='' word i
  local platforms=@platforms@
  COMPREPLY=()
  # bash takes --option=value apart at the equals sign
  if [[ $current == '=' ]]; then
    option=$previous current=''
  elif [[ $previous == '=' ]]; then
    option=\${COMP_WORDS[COMP_CWORD - 2]}
  else
    option=$previous
  fi
  case $option in
    @valued@) ;;
    *) option='' ;;
  esac
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    case $word in
      @valued@)
        [[ \${COMP_WORDS[i + 1]} == '=' ]] && ((i++))
        ((i++))
        ;;
      -*) ;;
      *)
        case \${command:+$command }$word in
          @commands@) command=\${command:+$command }$word ;;
        esac
        ;;
    esac
  done
  if [[ $option ]]; then
    case $option in
@cases of options@
      *) return ;;
    esac
  elif [[ $current == -* ]]; then
    case $command in
@cases of flags@
    esac
  else
    case $command in
@cases of groups@
@cases of arguments@
    esac
  fi
  # of a list, its last item is completed
  [[ $list ]] && start=\${current%"\${current##*,}"}
  mapfile -t COMPREPLY < <(compgen -P "$start" -W "$words" -- "\${current#"$start"}")
}

complete -F _binfmt_keeper binfmt-keeper
`;
