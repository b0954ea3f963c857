// Ids of the texts in texts.rc. Plain macros: the resource compiler reads this file too.
#define TEXT_TILE_LABEL 1
#define TEXT_TILE_TITLE 2
#define TEXT_RESET_LINK 3
#define TEXT_UNLOCK_LINK 4
#define TEXT_STATUS_READY 5
#define TEXT_STATUS_REMOTE 6
#define TEXT_STATUS_OPENING 7
#define TEXT_STATUS_OPEN 8
#define TEXT_STATUS_IDLE 9
#define TEXT_STATUS_FAILED 10
#define TEXT_STATUS_DIED 11
#define TEXT_STATUS_TOO_LONG 12
