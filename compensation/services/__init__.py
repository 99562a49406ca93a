"""What is done with pay: approve plans, review detail, draft, review, sign, reject, ask and answer."""
